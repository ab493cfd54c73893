model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "512" { mix = model.a }
release "r" {
  model = 512
  file  = "r.safetensors"
}
