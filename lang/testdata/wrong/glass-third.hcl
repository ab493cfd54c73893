model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
cocktail "x" { mix = model.a / 3 + model.b / 3 }
