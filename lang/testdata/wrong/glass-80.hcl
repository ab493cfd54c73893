model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" { mix = 0.6 * model.a + 0.2 * model.b }
