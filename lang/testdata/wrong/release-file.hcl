model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "r" {
  model = model.a
  file  = "out/r.ckpt"
}
release "s" {
  model = model.a
  file  = ""
}
release "t" {
  model = model.a
  file  = "\u0000.safetensors"
}
