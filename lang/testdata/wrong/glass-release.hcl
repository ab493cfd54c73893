model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "x" {
  model = 0.5 * model.a
  file  = "x.safetensors"
}
