model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = { "" = model.a }
  mix      = each.value
}
