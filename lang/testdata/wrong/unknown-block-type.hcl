model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodkas "x" { mix = model.a }
