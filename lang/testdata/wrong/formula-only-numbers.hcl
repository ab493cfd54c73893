model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { formula = "60/20/20" }
