model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" {
  weights = []
  of      = []
}
