# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.cranberry" {
  from   = "synth:tiny-sd15?seed=32&from=15"
  root   = "0864eb4e2f2e0b9aa3f40c0cdb25e115ea44b11a78498250abc44aa1d06e9b97"
  sha256 = "34bf45b0e423e0b23c6fe806622189a89fbfaf90d036d374137186d4ed352935"
  size   = 12139150
}

source "model.lime" {
  from   = "synth:tiny-sd15?seed=33&from=15"
  root   = "094467c91e89f3e2e20e73570f49933c09d9be0ed355e855f04699e6640d45e5"
  sha256 = "9ea544d85641f6c8a4f958b5e5997d07781268dfb4b37dd0c9972e64d71500e3"
  size   = 12139150
}

source "model.vodka" {
  from   = "synth:tiny-sd15?seed=31&from=15"
  root   = "52fd8f1990ba63fbb68c17084b112076a4bfc87fb0c3b5d33e3ec03395494e65"
  sha256 = "1535449f4f45d979b7a26ea1a3b1426deaac6ae5f95598e3256cc0805ec48d9a"
  size   = 12139150
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.sea_breeze" {
  key    = "9300c326f6320de91d2838111e4c7007a12e0508b84528f272f4d5be1d2902c8"
  root   = "53fd5de872414ee0eb7b9890febf582e92246c4894b1d3b29e0a1019a023358d"
  sha256 = "917cb281d715de5b68dfbd70219b36d0bbac0145165bf22a9eba432ed9dec790"
}

output "release.thirsty" {
  key    = "8e803ccd826a0591e7ed9f89aa76891ac781891097e068a895f26ca829c495c6"
  root   = "d9494877438cb2a69d1507daad5aed44bf0260abb900d1b497a93f7699504322"
  sha256 = "4086336a1a56585222063fec584075717a9f6fc8068ec5412355f17246346c92"
}
