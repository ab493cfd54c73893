model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "one" { mix = 0.5 * model.a }
vodka "two" { mix = 0.5 * model.a + 0.5 * model.c }
vodka "three" {
  formula = "50% one + 50% c"
  dtype   = "fp8"
}
release "r" {
  model = vodka.four
  file  = "r.bin"
}
