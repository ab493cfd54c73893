# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.bold" {
  from   = "synth:tiny-sd15?seed=2&from=15"
  root   = "29b85862308e53225ab5e0f9ac7d2f2cc970076c2fd8e39ea3be4333184a7821"
  sha256 = "18a14ae668a1d999c640b442f8bb2d047ae89785da1cbdceeeb0aa2d6bcf1fc9"
  size   = 12139150
}

source "model.calm" {
  from   = "synth:tiny-sd15?seed=1&from=15"
  root   = "3e2375bb882dd73614bf454c1423af8c291b1efc22718cd51af9942c0e908e8b"
  sha256 = "e17eaddefbc6b783ab8252506e6bb03c03a39976744c9f2ba757e0897d65c65b"
  size   = 12139150
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.outspoken" {
  key    = "b0f1f9301a13877cca63bd2eaccdef21289d4d899e5ffaa21dd3c55970e6ee35"
  root   = "b8e10906e205b71b425b79f442e7139fb36e0a4d00b16347546a1690b55617d4"
  sha256 = "8b220a306b46d695026b59594ed7587f0ba509c0b7d30d7aee79c06134b23d62"
}

output "release.polite" {
  key    = "ecc2d4402b132b1c0d41bc21d9b6e1c545436a2ce8cc26c8779a0218d68b9438"
  root   = "d60e6b102ec8be5e37d2c78247509f0bda45ede50d8900c21a1c88cfd554d8c6"
  sha256 = "501be6412bfc6a1a9ada51ce143c6d79235449eface5be944e87856e9c82719a"
}
