model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "512" { mix = model.a }
vodka "x" { formula = "(a - 2 512) + 0.5" }
