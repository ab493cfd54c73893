model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "r" {
  model = model.a
  file  = "out/R.safetensors"
}
release "s" {
  model = model.b
  file  = "./out/r.safetensors"
}
