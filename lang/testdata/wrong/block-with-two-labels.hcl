model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" "y" { mix = model.a }
vodka "z" { mix = vodka.x }
