model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "b (fp16)" { source = "q.safetensors" }
vodka "x" { formula = "50% a + 50% b (fp16)" }
