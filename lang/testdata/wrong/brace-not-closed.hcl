recipe "bar" {
model "b" { source = "x.safetensors" }
