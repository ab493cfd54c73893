model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "dreamshaper" { source = "d.safetensors" }
vodka "x" { mix = 0.5 * model.dreamshapr + 0.5 * vodka.dreamshaper }
