model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "y" {
  for_each = { for i in concat([for p in setproduct(range(100), range(100)) : "${p[0]}-${p[1]}"], ["extra"]) : i => i }
  mix      = model.a
}
