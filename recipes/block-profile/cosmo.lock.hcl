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
  key    = "56f22b4ff2fda21e418647be24ca9599c8f048bbd10486b5ea381e01ceab2cc5"
  root   = "b8e10906e205b71b425b79f442e7139fb36e0a4d00b16347546a1690b55617d4"
  sha256 = "8b220a306b46d695026b59594ed7587f0ba509c0b7d30d7aee79c06134b23d62"
}

output "release.polite" {
  key    = "b73d5e3110967b0227b333c74eb3fc318c740d3bed83833b8afcd321a74f9965"
  root   = "d60e6b102ec8be5e37d2c78247509f0bda45ede50d8900c21a1c88cfd554d8c6"
  sha256 = "501be6412bfc6a1a9ada51ce143c6d79235449eface5be944e87856e9c82719a"
}
