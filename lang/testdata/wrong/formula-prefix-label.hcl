model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "q-r" { source = "q.safetensors" }
vodka "x" { formula = "q-r-s + a" }
