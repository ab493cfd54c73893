model "a" { source = "a.safetensors" }
locals {
  misspelled = by_block("smothstep")
  unknown    = by_block("sinus")
  random     = by_block("ALL_R")
}
vodka "x" { mix = by_block("grad_v") * model.a }
