model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" { formula = "60% a + 20% b" }
