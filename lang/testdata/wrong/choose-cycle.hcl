model "a" { source = "a.safetensors" }
vodka "x" { mix = 0.5 * choose.c.winner + 0.5 * model.a }
choose "c" {
  from = [vodka.x, model.a]
  by   = pick(choose.c.label)
}
