model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = 0.14142135623730950488016887242096980785696718753769480731766797379 * (model.b - model.a) + model.a }
