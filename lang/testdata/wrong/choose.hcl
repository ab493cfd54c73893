model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "row" {
  for_each = toset(["x", "y"])
  source   = "${each.key}.safetensors"
}
vodka "a" { mix = 0.5 * model.a + 0.5 * model.b }

choose "nothing" {}
choose "none" {
  from = []
  by   = pick("a")
}
choose "one" {
  from = model.a
  by   = pick("a")
}
choose "twins" {
  from = [model.a, vodka.a]
  by   = pick("a")
}
choose "mixed" {
  from = { half = 0.5 * model.a + 0.5 * model.b, b = model.b }
  by   = pick("half")
}
choose "group" {
  from = [model.row]
  by   = pick("x")
}
choose "spelled" {
  from = { old = model.a, new = model.b }
  by   = pick("odl")
}
choose "unquoted" {
  from = [model.a, model.b]
  by   = pick(model.a)
}
choose "text" {
  from = [model.a, model.b]
  by   = "a"
}
choose "empty" {
  from = [model.a, model.b]
  by   = pick()
}
choose "tasted" {
  from = [model.a, model.b]
  by   = taste("votes.jsonl")
}
choose "lost" {
  from = [model.a, model.b]
  by   = validation_loss
  seen = model.a
}
choose "reasoned" {
  from    = [model.a, model.b]
  by      = pick("a")
  because = ["it", "is", "better"]
  seen    = [model.a]
}
choose "keyed" {
  for_each = { x = "a", y = "c" }
  from     = [model.a, model.b]
  by       = pick(each.value)
}
choose "fine" {
  from    = [model.a, model.b]
  by      = pick("b")
  because = "b is clearer"
}

vodka "bare" { mix = 0.5 * choose.fine + 0.5 * model.a }
vodka "part" { mix = 0.5 * choose.fine.best + 0.5 * model.a }
vodka "picks" { mix = pick("a") }
release "bare" {
  model = choose.fine
  file  = "bare.safetensors"
}
