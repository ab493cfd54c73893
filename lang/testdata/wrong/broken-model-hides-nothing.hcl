model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" {
  source = "c.safetensors"
  sha256 = "x"
}
vodka "x" { mix = 0.5 * model.c }
