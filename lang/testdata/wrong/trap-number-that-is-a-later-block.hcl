model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
choose "768" { from = [model.a, model.b] }
vodka "x" { mix = 768 + 0.5 * (model.a - model.b) }
vodka "y" { mix = 0.5 * (model.a - model.b) + 768 }
