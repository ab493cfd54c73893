model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = by_block(0.1, 0.2) * model.a + model.b }
