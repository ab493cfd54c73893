model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "a" { source = "other.safetensors" }
