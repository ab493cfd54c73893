model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = vodka.y
  mix      = each.value
}
vodka "y" {
  for_each = vodka.x
  mix      = each.value
}
