model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = null
  of      = [model.a, model.b]
}
