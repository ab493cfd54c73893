model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals {
  one = local.two + 1
  two = local.one + 1
}
