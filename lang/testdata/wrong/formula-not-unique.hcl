model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "mix" { source = "m.safetensors" }
vodka "mix" { mix = model.a }
vodka "x" { formula = "50% a + 50% mix" }
