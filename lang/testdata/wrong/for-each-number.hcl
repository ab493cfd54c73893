model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = 3
  mix      = model.a
}
