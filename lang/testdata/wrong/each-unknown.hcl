model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = { one = model.a }
  mix      = each.vlaue
}
