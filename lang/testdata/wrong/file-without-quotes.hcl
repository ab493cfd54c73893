recipe "bar" {}
model "dream" { source = "dream.safetensors" }
model "real" { source = "real.safetensors" }
model "v1" { source = "v1.safetensors" }

release "r" {
  model = model.dream
  file  = out/r.safetensors
}
