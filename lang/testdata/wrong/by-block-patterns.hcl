model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = by_block("IN*", 0.2, "*", 1) * model.a }
