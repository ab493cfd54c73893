model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { text = "a" + "b" }
