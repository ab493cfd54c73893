model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = "60/fourty"
  of      = [model.a, model.b]
}
