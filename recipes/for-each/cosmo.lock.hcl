# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.base" {
  from   = "synth:tiny-sd15?seed=15"
  root   = "5a571c2a593c136defe066142c716f49669a0a3f1c8cd34d50668b0ffda1e397"
  sha256 = "750c2d6a75746891ff8b7d4f55a76831d268c14e7a76841b8f5a988f5c0c0081"
  size   = 12139150
}

source "model.malt[\"amber\"]" {
  from   = "synth:tiny-sd15?seed=11&from=15"
  root   = "1b0942f4f4c680ca67d4144b9909fe9ef290edfc437d4f5b6c902466d80223e4"
  sha256 = "dc72382a0d03b90f18c234131c894a4d1b05e8a97dd96560efe04999c0089007"
  size   = 12139150
}

source "model.malt[\"blond\"]" {
  from   = "synth:tiny-sd15?seed=12&from=15"
  root   = "eba5a345aa34381f223441efa81375a2ddcbcaa735e14075c01a2e2da314e417"
  sha256 = "53c547b7bac4326ca2c6a8062d5ba803a0da14684f10f14720e53d037213b0c4"
  size   = 12139150
}

source "model.malt[\"cherry\"]" {
  from   = "synth:tiny-sd15?seed=13&from=15"
  root   = "70c8f2a9af72e0ac52c859a15c77ac7c1aab7fb0802b666fce97c84930ddfbe6"
  sha256 = "4d27fcb41c7503e55267a0b0c0075fa138dacc2a55caff7bb5cf7bb4337d7f85"
  size   = 12139150
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.house[\"amber\"]" {
  key    = "7494f5f1020c2b01b8494b5bce235393cac7f525377d1cd6fc73f1ee7bb14236"
  root   = "4777e9765e9c453610466a5b6945a544b06f0d76b5cdbf518a7a9398994f1ef3"
  sha256 = "47d5b79534e44c8e7389390d6678a8ac1069ade507586ab99162fcb236365a9f"
}

output "release.house[\"blond\"]" {
  key    = "4b3a2553634de0235c50dc06f9d1d3a677c93612791af0f3eebf3cf5f49487df"
  root   = "d59aa79656dbaf78e2df9a6b3eb1d62b9fe5b0b0f15bb9ec4495e18ef9ba82a3"
  sha256 = "5065c9760815fd6c89858699a26bffc8e7e3bdae9691bf97f2b032b9b3f23994"
}

output "release.house[\"cherry\"]" {
  key    = "40b113108680b730e3ae9f47bc76afed0080b435ba090cb456c3b2fde40294a2"
  root   = "d2c75e8e06b30e08359c8e247c76a31d4eb4f420b866e4706a5bf81ab6fa5b96"
  sha256 = "214eb0f467d2c72b60ee9829792e921c0fa98d01f37c3829d8317c343b556e38"
}

output "release.ladder[\"25\"]" {
  key    = "0313a5f01c2e54269a82b84a96f8173d52e89139d9ab1a59b3464050a53f2753"
  root   = "4ab1c0346839f8e0adf07afd0f346f09cba57eb3e113145fb47a387658eb623b"
  sha256 = "183d2f75911893375092118d16f4e031aa49be11fae8576feab0c3d171fd9a66"
}

output "release.ladder[\"50\"]" {
  key    = "745bec59a9cffa055ff7e73ff799f047b451baca34c96f60326cf11b7f8c4120"
  root   = "2701663708c4de6dfe32bb2a5cc62a80b4d9865877df24e27715e9f456890f2a"
  sha256 = "5a5960433fd7c2d6dc26c9b09cc04ef14934cbdf17fc8b379ae99123686317ca"
}

output "release.ladder[\"75\"]" {
  key    = "ff4b44a75805d4a7cda3c43160b6d0f47f8cd9dbae1625c574e9bb2e084d5e43"
  root   = "d727176dec1ba8de65dc175b316b0bfeb94605150b7e1eba7bd644afaad847b1"
  sha256 = "a62ef6720fe47e260c4054582a8e3ab71caccd4d345e5c29a8fd086d8032869e"
}
