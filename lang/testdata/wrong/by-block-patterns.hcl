model "a" { source = "a.safetensors" }
locals {
  misspelled = by_block("IN12", 0.2, "*", 1)
  middle     = by_block("MID", 0.2, "*", 1)
  short      = by_block("IN0", 0.2, "*", 1)
  backwards  = by_block("IN05-IN02", 0.2, "*", 1)
  half       = by_block("IN05-X", 0.2, "*", 1)
  left       = by_block("IN*", 0.2, "M00", 0.5, "OUT03-OUT11", 1)
  useless    = by_block("IN*", 0.2, "IN03", 0.5, "*", 1)
  alone      = by_block("IN*")
  odd        = by_block("IN*", 0.2, "OUT*")
  text       = by_block("IN*", "0.2", "*", 1)
  number     = by_block("*", 0.2, 0.3, 0.4)
  nothing    = by_block("", 0.2)
  layout     = by_block("*", 0.2, { layout = "mehca" })
  families   = by_block("IN11", 0.2, "*", 0.5) + by_block("0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5")
}
vodka "x" { mix = by_block("IN*", 0.2, "*", 1) * model.a }
