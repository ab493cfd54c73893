model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "r" {
  model       = "vodka.x"
  file        = "r.safetensors"
  embed_recipe = "maybe"
}
