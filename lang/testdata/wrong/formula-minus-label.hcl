model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "b-c-d" { source = "d.safetensors" }
vodka "x" { formula = "a-b-c" }
