# A block and an instance of another one that would be shown under one name.
model "a" {
  for_each = { b = 1, c = 2 }
  source   = "synth:tiny-sd15?seed=${each.value}"
}

model "a b" { source = "synth:tiny-sd15?seed=3" }

vodka "x" { mix = 0.5 * model.a["b"] + 0.5 * model["a b"] }

release "x" {
  model = vodka.x
  file  = "x.safetensors"
}
