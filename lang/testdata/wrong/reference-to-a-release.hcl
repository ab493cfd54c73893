model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "r" {
  model = model.a
  file  = "r.safetensors"
}
vodka "x" { mix = 0.5 * release.r + 0.5 * model.b }
