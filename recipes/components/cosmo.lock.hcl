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
  key    = "8ab520d7236d8acfc05b44f7936940f26a213189a79dc9dc412124928d5dbcf1"
  root   = "0616b971472fa92e3cfed99c2b2b43bb741d5d5298fcfea0409333d318e684ca"
  sha256 = "b1ba23195d973960d31ee19bef3bcd2d142b3aca07b2deedea6c6665a96b6153"
}

output "release.styled_full" {
  key    = "de68a3b9993acaf8816b275638a758a2b86fb5986603b530016aaf424dead6eb"
  root   = "f0efb7a1b9c21bcabe6fd6eff3d9d9a6fb0d9b46398bc00bf0a3ff01b050b09e"
  sha256 = "0b93866f318ef2a9b299fe79bb967ea711e81941e801c3c7f74a20064a5c610c"
}

output "release.styled_small" {
  key    = "a61abf20a02b152c2cf42620a2c837a1f32ef22ecc8975f729bee7a04331e8b4"
  root   = "9f40b93ca3b7161c42405937f3bead82f9a16c1dcd6d243e57f5ae889806c3b7"
  sha256 = "8b887dfac38142f061811d251ba0e27f3dd75013c62d8e4ea3855f943f178fd0"
}
