model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { formula = "50%{a} + 50%{b}" }
