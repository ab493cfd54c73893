# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.base" {
  from   = "synth:tiny-sd15?seed=15&dtype=fp32"
  root   = "2a65ec4007977d676497acd9bc0366c42d998a667b6808792cdade0bea1970bd"
  sha256 = "e3265208c7dfcd49fe793146a97099e7b4094124fa03cd70a75d45f4c7b4e9d5"
  size   = 24130684
}

source "model.sharp_vae" {
  from   = "synth:tiny-sd15?seed=840000&dtype=fp32"
  root   = "15071a59f452e71136a2a872e769a8df75f7243fee6ca04796aefbb0e0533aed"
  sha256 = "379a8d4e67ed536266f512a9ff7abe97c30e22bf48fac23a4b0154c53dbc6d93"
  size   = 24130684
}

source "model.style" {
  from   = "synth:tiny-sd15?seed=7&from=15&dtype=bf16"
  root   = "5efdb5bcb7dca10b245772a892afada99a5c5f9f98a1c36893ce97aebbe45033"
  sha256 = "424eedbe30cb1bc71c8509fd07fa6b6d19c375b365707b4c970d0aece049a330"
  size   = 12140286
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.styled" {
  key    = "d86fd88d73cd81535624d228f01eca5bf7c104b11655e0e664da44fed144500d"
  root   = "0616b971472fa92e3cfed99c2b2b43bb741d5d5298fcfea0409333d318e684ca"
  sha256 = "52d028e13951d6c4117557a68cdb74a60d7b0ae0e4d248a7e225d5ccbd71edc5"
}

output "release.styled_full" {
  key    = "21bdd878e4758b3a3442b18171fac1cf73b373fbf8a797e64a5207cd371d2ffe"
  root   = "f0efb7a1b9c21bcabe6fd6eff3d9d9a6fb0d9b46398bc00bf0a3ff01b050b09e"
  sha256 = "8f9a7d54c491a48a584bbba37f7dcb9fdc1df721cb79c7b29117108d48ce7c09"
}

output "release.styled_small" {
  key    = "8bb73259ec1a33d65bf9a5f7319ea1b5334ad8f1588b06bb33b272cede25fcd7"
  root   = "9f40b93ca3b7161c42405937f3bead82f9a16c1dcd6d243e57f5ae889806c3b7"
  sha256 = "fb0a6e4e56e51bac525af9d178d9dec93e2313c2982adf49b2275a9cedf5ce42"
}
