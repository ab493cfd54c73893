model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka { mix = model.a }
