recipe "bar" {}
model "dream" { source = "dream.safetensors" }
model "real" { source = "real.safetensors" }
model "v1" { source = "v1.safetensors" }

cocktail "c" {
  weights = "80/15/4"
  of      = [model.dream, model.real, model.v1]
}
