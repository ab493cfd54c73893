model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "half" {
  mix      = 0.5 * model.a
  any_mass = true
}
cocktail "x" { mix = 0.5 * vodka.half + 0.5 * model.b }
release "x" {
  model = vodka.half - model.b
  file  = "x.safetensors"
}
