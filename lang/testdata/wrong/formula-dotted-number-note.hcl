model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "1.1" { mix = model.a }
vodka "x" { formula = "1.1 a - 0.1 b" }
