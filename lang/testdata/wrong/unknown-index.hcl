model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = model[each.key] }
