model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
check {}
grid {}
variable {}
