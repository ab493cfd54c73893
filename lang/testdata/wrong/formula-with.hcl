model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  formula = "50% q + 50% b"
  with    = [model.a]
}
vodka "y" {
  formula = "50% q + 50% b"
  with    = { q = 5 }
}
