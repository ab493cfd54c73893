recipe "bar" {}
model "dream" { source = "dream.safetensors" }
model "real" { source = "real.safetensors" }
model "v1" { source = "v1.safetensors" }

cocktail "c" {
  weights = [0,6, 0,4]
  of      = [model.dream, model.real]
}
