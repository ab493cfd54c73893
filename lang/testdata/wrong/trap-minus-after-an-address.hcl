model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "V1" { source = "V1.safetensors" }
model "V3" { source = "V3.safetensors" }
vodka "x" { mix = model.a + 0.5 * (model.V3-V1) }
