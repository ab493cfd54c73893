model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "many" {
  for_each = { "1.1" = model.a, "1.2" = model.b }
  mix      = each.value
}
vodka "x" { mix = vodka.many["1.3"] }
vodka "y" { mix = vodka.many.best }
