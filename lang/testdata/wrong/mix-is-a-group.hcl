model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "many" {
  for_each = { "1.1" = model.a, "1.2" = model.b }
  mix      = each.value
}
vodka "x" { mix = vodka.many }
vodka "y" { mix = 0.5 * vodka.many + 0.5 * model.a }
