model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "one" { mix = model.nowhere }
vodka "two" { mix = 0.5 * vodka.one + 0.3 * model.a }
vodka "three" { formula = "50% two + 30% b" }
cocktail "four" {
  for_each = { x = vodka.three }
  weights  = "60/40"
  of       = [each.value, model.a]
}
release "r" {
  model = cocktail.four["x"]
  file  = "r.safetensors"
}
