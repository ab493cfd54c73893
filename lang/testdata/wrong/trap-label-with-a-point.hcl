model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "sd-1.5" { source = "sd15.safetensors" }
vodka "x" { mix = model.sd-1.5 }
