model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x\ty" { mix = model.a }
