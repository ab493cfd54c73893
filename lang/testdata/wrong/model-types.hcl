model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" {
  source  = ["c.safetensors"]
  license = true
}
