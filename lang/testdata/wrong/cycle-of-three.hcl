model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = 0.5 * vodka.y + 0.5 * model.a }
vodka "y" { formula = "50% z + 50% a" }
vodka "z" {
  weights = "50/50"
  of      = [vodka.x, model.a]
}
