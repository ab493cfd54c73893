model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals {
  a = 1
  b { c = 1 }
}
