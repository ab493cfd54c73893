model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals { w = by_block("0.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5") }
vodka "x" { mix = local.w * model.a + (0.9 - local.w) * model.b }
vodka "y" { mix = local.w * model.a }
