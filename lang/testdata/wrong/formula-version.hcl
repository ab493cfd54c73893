model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { formula = "50% 1.1.2 + 50% b" }
