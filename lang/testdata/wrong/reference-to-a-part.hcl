model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = model.a }
vodka "y" { mix = vodka.x.winner }
vodka "z" { mix = model.a.unet }
vodka "e" {
  for_each = { one = model.a }
  mix      = each.value.unet
}
