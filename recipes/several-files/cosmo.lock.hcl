# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.ash" {
  from   = "synth:tiny-sd15?seed=22&from=15"
  root   = "502828114431acf2ee9d8a6d5c16d825ec991f233eec2ef0f4873396fbc80710"
  sha256 = "b90db8d29d4c7290a39359c310574fe050ed8ef627975685fdb7ab22a45b6b6c"
  size   = 12139150
}

source "model.oak" {
  from   = "synth:tiny-sd15?seed=21&from=15"
  root   = "1128723202e0d9227b8a0d0b3ee3a49145d6b3d065ff499a9f195360131641c2"
  sha256 = "8ffe46b8ceb0dacd7b56d286996e9049d6780988ffbc4a4e563262cedefd199e"
  size   = 12139150
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.wood" {
  key    = "ca623fe14454e3dfdced24a1f501880763eea52f7fc096b6070b65ca8b04967f"
  root   = "06519fae30eae877c8d393c238ab03d9c2c601f4f3d1a8e7a1fa59a72f8ce9f1"
  sha256 = "68967f860ec1ee46f6338c1f1093f59933f9290b6afd0833e746d3b316281342"
}
