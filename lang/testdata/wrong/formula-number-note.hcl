model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "512" { mix = model.a }
vodka "511" { mix = model.b }
vodka "x" { formula = "512 a - 511 b" }
