model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = { a = 60, b = "x" }
  of      = { a = model.a, b = model.b }
}
