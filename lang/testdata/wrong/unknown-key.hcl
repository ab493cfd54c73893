model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { which = { good = model.a } }
vodka "x" { mix = local.which.bad }
vodka "y" { mix = local.which["bad"] }
vodka "z" { mix = [model.a][1] }
