model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "512px" { mix = model.a }
vodka "x" { mix = vodka.512px }
