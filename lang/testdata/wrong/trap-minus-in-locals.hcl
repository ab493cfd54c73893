model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals {
  new = model.a
  old = model.b
  gap = local.new-local.old
}
