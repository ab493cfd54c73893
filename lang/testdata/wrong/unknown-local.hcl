model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { weight = 1 }
vodka "x" { mix = local.wieght * model.a }
