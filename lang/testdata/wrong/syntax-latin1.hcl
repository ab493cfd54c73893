model "a" { source = "a.safetensors" }
vodka "café" { mix = model.a }
