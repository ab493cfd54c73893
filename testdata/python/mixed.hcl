# Mixes of ingredients in three number formats, poured in all of them. check.py
# knows what each has to be. lime and salt have one seed: what differs is the
# rounding to their formats.

model "gin" { source = "synth:tiny-sd15?seed=3&dtype=fp16" }
model "lime" { source = "synth:tiny-sd15?seed=4&dtype=bf16" }
model "salt" { source = "synth:tiny-sd15?seed=4&dtype=fp32" }

release "widest" {
  model = 0.7 * model.gin + 0.3 * model.lime
  file  = "mixed/widest.safetensors"
}
release "fp32" {
  model = model.salt / 3 + 2 / 3 * model.gin
  file  = "mixed/fp32.safetensors"
}
release "bf16" {
  model = (model.gin + model.lime + model.salt) / 3
  file  = "mixed/bf16.safetensors"
  dtype = "bf16"
}
release "fp16" {
  model = 0.6 * model.salt + 0.4 * model.lime
  file  = "mixed/fp16.safetensors"
  dtype = "fp16"
}
release "fp8" {
  model = 0.55 * model.gin + 0.45 * model.salt
  file  = "mixed/fp8.safetensors"
  dtype = "fp8_e4m3"
}
release "fp64" {
  model = 3 / 7 * model.gin + 4 / 7 * model.lime
  file  = "mixed/fp64.safetensors"
  dtype = "fp64"
}
release "parts" {
  model = 1.5 * model.gin - 0.5 * model.salt
  file  = "mixed/parts.safetensors"
  vae   = model.lime
  dtype = { unet = "fp16", clip = "fp32", vae = "bf16" }
}
release "copy" {
  model = model.lime
  file  = "mixed/copy.safetensors"
}
