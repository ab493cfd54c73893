model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = 768 + 0.5 * (model.a - model.b) }
