model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "x" {
  model = model.a
  file  = "out/${model.a}.safetensors"
}
