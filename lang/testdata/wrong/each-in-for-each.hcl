model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  for_each = { one = each.value }
  mix      = each.value
}
