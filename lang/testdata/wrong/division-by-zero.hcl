model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { n = 0 }
vodka "x" { mix = model.a / local.n }
vodka "y" { mix = model.a / 0 }
vodka "z" { mix = (1 / local.n) * model.a }
