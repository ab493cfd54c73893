model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
variable "scale" { default = "full" }
dataset "d" { table = "d.csv" }
train "t" { base = model.a }
grid "g" { models = [model.a] }
choose "c" { from = [model.a] }
lora "l" { source = "l.safetensors" }
check "k" {
  assert {
    condition = true
  }
}
