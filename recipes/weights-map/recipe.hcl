# Weights by name: what belongs together stands together, in any order.

recipe "weights-map" {}

model "vodka" { source = "synth:tiny-sd15?seed=31&from=15" }
model "cranberry" { source = "synth:tiny-sd15?seed=32&from=15" }
model "lime" { source = "synth:tiny-sd15?seed=33&from=15" }

cocktail "sea_breeze" {
  weights = { vodka = 60, cranberry = 30, lime = 10 }
  of = {
    lime      = model.lime
    vodka     = model.vodka
    cranberry = model.cranberry
  }
}

# Parts need not be per cent, as long as they are plainly parts: 3/5, 1/5, 1/5.
cocktail "thirsty" {
  weights = "3/1/1"
  of      = [model.vodka, model.cranberry, model.lime]
}

release "sea_breeze" {
  model = cocktail.sea_breeze
  file  = "out/sea-breeze.safetensors"
}
release "thirsty" {
  model = cocktail.thirsty
  file  = "out/thirsty.safetensors"
}
