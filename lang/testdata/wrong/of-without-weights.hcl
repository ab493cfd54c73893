model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { of = [model.a, model.b] }
