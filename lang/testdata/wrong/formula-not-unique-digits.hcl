model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "512" { source = "m.safetensors" }
vodka "512" { mix = model.a }
vodka "x" { formula = "50% a + 50% 512" }
