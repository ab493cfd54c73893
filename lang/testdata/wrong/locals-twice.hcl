model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { a = 1 }
locals { a = 2 }
