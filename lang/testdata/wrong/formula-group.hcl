model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "many" {
  for_each = { "1.1" = model.a, "1.2" = model.b }
  mix      = each.value
}
vodka "x" { formula = "50% many + 50% a" }
vodka "y" { formula = "50% many['1.3'] + 50% a" }
