model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "a" { mix = blend([model.a], { scael = 1 }) }
vodka "b" { mix = blend([model.a], { scale = "x" }) }
vodka "c" { mix = blend([model.a], { scale = null }) }
vodka "d" { mix = blend([model.a, model.b], { weights = [1, 2, 3] }) }
vodka "e" { mix = blend([model.a, model.b], { weights = [1, model.a] }) }
vodka "f" { mix = blend([model.a], { mode = "fats" }) }
vodka "g" { mix = blend([model.a], { mode = 1 }) }
vodka "h" { mix = blend([model.a], { normalize = "x" }) }
vodka "i" { mix = blend([model.a], "x") }
