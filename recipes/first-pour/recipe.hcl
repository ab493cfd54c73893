# Four vodkas and six cocktails, the way a general-purpose SD 1.5 model was
# mixed in 2023, poured in seconds: the ingredients are small checkpoints with
# every tensor of SD 1.5, grown from seeds. bench-sd15 is the same at full size.

recipe "first-pour" {
  description = "Two fine-tunes, a hybrid of them, and six cocktails with third-party models"
}

# Fine-tunes of one base (seed 15): at 512 and 768 pixels, and two versions of
# a model whose progress (V3 − V1) is worth having.
model "512" { source = "synth:tiny-sd15?seed=512&from=15" }
model "768" { source = "synth:tiny-sd15?seed=768&from=15" }
model "V1" { source = "synth:tiny-sd15?seed=1&from=15" }
model "V3" { source = "synth:tiny-sd15?seed=3&from=15" }

model "epicrealism" { source = "synth:tiny-sd15?seed=25694&from=15" }
model "dreamshaper" { source = "synth:tiny-sd15?seed=4384&from=15" }
model "realistic_vision" { source = "synth:tiny-sd15?seed=4201&from=15" }
model "revanimated" { source = "synth:tiny-sd15?seed=7371&from=15" }

# A formula reads like a changelog: 512 is the model of that name.
vodka "mix1" { formula = "50% 512 + 50% 768" }
vodka "mix2" { formula = "512 + 50% (V3 − V1)" }
vodka "mix3" { formula = "768 + 50% (V3 − V1)" }
vodka "mix4" { formula = "mix1 + 50% (V3 − V1)" }

cocktail "trained" {
  for_each = { "1.1" = vodka.mix2, "2.1" = vodka.mix3, "3.1" = vodka.mix4 }
  weights  = "60/20/20"
  of       = [each.value, model.epicrealism, model.dreamshaper]
}

cocktail "merged" {
  for_each = { "1.2" = vodka.mix2, "2.2" = vodka.mix3, "3.2" = vodka.mix4 }
  mix      = 0.6 * each.value + 0.2 * model.realistic_vision + 0.2 * model.revanimated
}

release "vodka" {
  for_each = { mix1 = vodka.mix1, mix2 = vodka.mix2, mix3 = vodka.mix3, mix4 = vodka.mix4 }
  model    = each.value
  title    = each.key
  file     = "out/${each.key}.safetensors"
}

release "cocktail" {
  for_each = merge(cocktail.trained, cocktail.merged)
  model    = each.value
  title    = each.key
  file     = "out/${each.key}.safetensors"
}
