model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { formula = "0,5 a + 0,5 b" }
