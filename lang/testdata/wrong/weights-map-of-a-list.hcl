model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = { a = 60, b = 40 }
  of      = [model.a, model.b]
}
