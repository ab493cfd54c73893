model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = "60/20/10"
  of      = [model.a, model.b, model.a]
}
