model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  mix   = model.a
  dtype = { unit = "fp16", te = "fp16", vae = 32 }
}
