model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  mix   = model.a
  dtype = "fp61"
}
vodka "y" {
  mix   = model.a
  dtype = "int8"
}
