model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" { license = "mit" }
model "d" { source = "" }
