model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" { mix = 0.5 * lora.detail + choose.best.winner }
vodka "y" { mix = sum(values(choose)) }
vodka "z" { mix = var.scale * model.a }
