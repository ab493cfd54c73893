model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = toset([1, 2])
  mix      = model.a
}
