model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = "60/40"
  of      = [model.a, "b"]
}
