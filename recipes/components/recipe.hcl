# Parts of a checkpoint (unet, clip, vae) from elsewhere, and their number
# formats one by one.

recipe "components" {
  license = "creativeml-openrail-m"
}

model "base" { source = "synth:tiny-sd15?seed=15&dtype=fp32" }
model "style" { source = "synth:tiny-sd15?seed=7&from=15&dtype=bf16" }
model "sharp_vae" { source = "synth:tiny-sd15?seed=840000&dtype=fp32" }

cocktail "styled" {
  formula = "70% base + 30% style"
  vae     = model.sharp_vae # the whole VAE; its own values, not a mix
  clip    = model.base      # prompts mean what they meant
}

# The default is the widest format of the ingredients, part by part: here fp32.
release "styled_full" {
  model = cocktail.styled
  file  = "out/styled-full.safetensors"
}

release "styled" {
  model       = cocktail.styled
  file        = "out/styled.safetensors"
  dtype       = { unet = "fp16", clip = "fp16", vae = "fp32" }
  title       = "Styled"
  author      = "a bartender"
  description = "Rounded once, from the exact mix"
}

release "styled_small" {
  model = cocktail.styled
  file  = "out/styled-small.safetensors"
  dtype = { unet = "fp8_e4m3", clip = "fp16", vae = "fp16" }
}
