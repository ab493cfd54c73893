recipe "bar" {}
model "a" { source = "D:\models\new\a.safetensors" }
model "b" { source = "models\a.safetensors" }
