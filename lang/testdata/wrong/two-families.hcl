model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals {
  sd1  = by_block("0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5")
  sdxl = by_block("0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5")
}
vodka "x" { mix = local.sd1 * model.a + local.sdxl * model.b }
vodka "y" { mix = local.sd1 * local.sdxl * model.a }
