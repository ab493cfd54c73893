model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
recipe "one" {}
recipe "two" {}
