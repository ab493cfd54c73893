model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = toset([null, "a"])
  mix      = model.a
}
