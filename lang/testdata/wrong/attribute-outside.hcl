model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
scale = 0.5
