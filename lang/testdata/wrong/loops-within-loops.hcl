model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { many = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a + b + c]]] }
