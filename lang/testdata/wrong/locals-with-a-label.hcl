model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals "x" { a = 1 }
