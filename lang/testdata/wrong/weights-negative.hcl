model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = [120, -20]
  of      = [model.a, model.b]
}
