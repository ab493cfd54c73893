# One block, many glasses: for_each over a map or a set, HCL's for, conditions
# and functions.

recipe "for-each" {}

locals {
  seeds = { amber = 11, blond = 12, cherry = 13 }
  steps = [for i in range(1, 4) : 25 * i] # 25, 50, 75
}

# Over a map: model.malt["amber"], model.malt["blond"], model.malt["cherry"].
model "malt" {
  for_each = local.seeds
  source   = "synth:tiny-sd15?seed=${each.value}&from=15"
}

model "base" { source = "synth:tiny-sd15?seed=15" }

# A ladder of strengths, over a set of texts.
vodka "ladder" {
  for_each = toset([for s in local.steps : tostring(s)])
  mix      = model.base + each.key / 100 * (model.malt["amber"] - model.base)
}

# The mean of however many there are; coefficients stay exact (1/3).
vodka "mean" { mix = sum([for m in values(model.malt) : m / length(model.malt)]) }

cocktail "house" {
  for_each = model.malt
  mix      = each.key == "cherry" ? 0.5 * vodka.mean + 0.5 * each.value : 0.8 * vodka.mean + 0.2 * each.value
}

release "house" {
  for_each = cocktail.house
  model    = each.value
  title    = "House ${each.key}"
  file     = "out/house-${each.key}.safetensors"
}
release "ladder" {
  for_each = vodka.ladder
  model    = each.value
  file     = format("out/ladder-%03d.safetensors", each.key)
}
