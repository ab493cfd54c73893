model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = 0.5 * vodka.x + 0.5 * model.a }
