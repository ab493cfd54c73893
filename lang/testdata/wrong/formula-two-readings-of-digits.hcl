model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "512" { mix = model.a }
vodka "768" { mix = model.a }
vodka "x" { formula = "512 * 768 + a" }
