recipe "bar" {}
model "dream" { source = "dream.safetensors" }
model "real" { source = "real.safetensors" }
model "v1" { source = "v1.safetensors" }

cocktail "c" {
  formula = "½ dream + 50% real"
}
