# Writes the ingredients of recipes/first-pour and of mixed.hcl as files, for
# check.py: synthetic models otherwise stay in the store.

locals {
  relatives = { "512" = 512, "768" = 768, V1 = 1, V3 = 3, epicrealism = 25694, dreamshaper = 4384, realistic_vision = 4201, revanimated = 7371 }
  formats   = { gin = "seed=3&dtype=fp16", lime = "seed=4&dtype=bf16", salt = "seed=4&dtype=fp32" }
}

model "relative" {
  for_each = local.relatives
  source   = "synth:tiny-sd15?seed=${each.value}&from=15"
}
model "format" {
  for_each = local.formats
  source   = "synth:tiny-sd15?${each.value}"
}

release "relative" {
  for_each = model.relative
  model    = each.value
  file     = "ingredients/${each.key}.safetensors"
}
release "format" {
  for_each = model.format
  model    = each.value
  file     = "ingredients/${each.key}.safetensors"
}
