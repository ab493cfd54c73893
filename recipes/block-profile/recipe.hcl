# A weight for every block of the network: composition from one model, detail
# from another. 26 numbers are for SD 1.x and 2.x, 20 or 21 for SDXL.

recipe "block-profile" {}

model "calm" { source = "synth:tiny-sd15?seed=1&from=15" }
model "bold" { source = "synth:tiny-sd15?seed=2&from=15" }

locals {
  # How much of bold there is. BASE is what lies outside the UNet: the text
  # encoder and the VAE.
  detail = by_block(join(",", [
    "0",                                                    # BASE
    "0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9", # IN00 to IN11
    "1",                                                    # M00
    "1, 1, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1", # OUT00 to OUT11
  ]))
}

# The two coefficients add up to 1 in every block: that is checked.
cocktail "outspoken" { mix = local.detail * model.bold + (1 - local.detail) * model.calm }

# Profiles are numbers like others: half of the effect, everywhere.
cocktail "polite" { mix = model.calm + 0.5 * local.detail * (model.bold - model.calm) }

release "outspoken" {
  model = cocktail.outspoken
  file  = "out/outspoken.safetensors"
}
release "polite" {
  model = cocktail.polite
  file  = "out/polite.safetensors"
}
