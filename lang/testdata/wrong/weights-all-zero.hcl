model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = "0/0"
  of      = [model.a, model.b]
}
