model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "V1" { source = "V1.safetensors" }
model "V3" { source = "V3.safetensors" }
model "V3-V1" { source = "d.safetensors" }
vodka "x" { formula = "a + 50% (V3-V1)" }
