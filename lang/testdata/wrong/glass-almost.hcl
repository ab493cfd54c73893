model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" { mix = 0.5 * model.a + 0.49999999 * model.b }
