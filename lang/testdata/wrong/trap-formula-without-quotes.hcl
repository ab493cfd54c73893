model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { formula = 0.5 * model.a + 0.5 * model.b }
