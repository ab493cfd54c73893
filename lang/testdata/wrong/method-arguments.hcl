model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "a" { mix = weighted_sum(model.a) }
vodka "b" { mix = weighted_sum(model.a, model.b, 0.5, 1) }
vodka "c" { mix = weighted_sum(model.a, 0.5, 0.5) }
vodka "d" { mix = weighted_sum(model.a, model.b, "x") }
vodka "e" { mix = blend([], { scale = 1 }) }
vodka "f" { mix = blend(model.a) }
vodka "g" { mix = blend([model.a, 1]) }
