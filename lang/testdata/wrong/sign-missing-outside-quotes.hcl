recipe "bar" {}
model "dream" { source = "dream.safetensors" }
model "real" { source = "real.safetensors" }
model "v1" { source = "v1.safetensors" }

cocktail "c" {
  mix = 0.5 dream + 0.5 real
}
