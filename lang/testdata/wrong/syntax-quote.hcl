model "a" { source = "a.safetensors }
vodka "x" { mix = model.a }
