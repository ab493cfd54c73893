model "a" {
  count  = 2
  source = "a${count.index}.safetensors"
}
model "b" {
  count  = 1.5
  source = "b.safetensors"
}
model "c" {
  count  = -1
  source = "c.safetensors"
}
model "d" {
  count  = "two"
  source = "d.safetensors"
}
model "e" {
  count  = 20000
  source = "e.safetensors"
}
model "f" {
  count    = 2
  for_each = { x = 1 }
  source   = "f.safetensors"
}
model "g" { source = "g${count.index}.safetensors" }
model "h" {
  count  = 2
  source = "h${each.key}${count.number}.safetensors"
}
model "many" {
  count  = null
  source = "i.safetensors"
}

vodka "beyond" { mix = 0.5 * model.a[0] + 0.5 * model.a[2] }
vodka "group" { formula = "50% a + 50% a[1]" }
vodka "odd" { formula = "50% a[7] + 50% a[1]" }
vodka "whole" { mix = model.a }
