model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
resource "x" { mix = model.a }
