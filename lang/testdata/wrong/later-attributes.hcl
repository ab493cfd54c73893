model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" {
  recipe = "c.hcl"
  output = "c"
}
vodka "x" { mix = model.a }
