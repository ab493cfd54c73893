# Made by cosmo apply. Commit it beside the recipe.
version = 1

source "model.V1" {
  from   = "synth:tiny-sd15?seed=1&from=15"
  root   = "3e2375bb882dd73614bf454c1423af8c291b1efc22718cd51af9942c0e908e8b"
  sha256 = "e17eaddefbc6b783ab8252506e6bb03c03a39976744c9f2ba757e0897d65c65b"
  size   = 12139150
}

source "model.V3" {
  from   = "synth:tiny-sd15?seed=3&from=15"
  root   = "1f01da1510441d87abbbed0d9e3b60de5579c195425aeef8ca207973fdd1c2f6"
  sha256 = "b2e6a513a355e3ed57ef8ecb7d95b7962935ebdcf79570695da4096d20800f26"
  size   = 12139150
}

source "model.dreamshaper" {
  from   = "synth:tiny-sd15?seed=4384&from=15"
  root   = "ec8be570db64e98948a4b51935b60e19419c95983ad079e6ef4e6aa7d68c0fca"
  sha256 = "51c09303b28a31dc1fe27b7d967ae1b2cfdb1786d90d73d72176183753ffe331"
  size   = 12139150
}

source "model.epicrealism" {
  from   = "synth:tiny-sd15?seed=25694&from=15"
  root   = "c4ebe65a745fcf910d523fb4f22a775fdc94d812280803e534dee60752d8ea62"
  sha256 = "643cad191882166910cb96bcfbd11e73059b814af3958c146d5f3f3d5be7b22d"
  size   = 12139150
}

source "model.realistic_vision" {
  from   = "synth:tiny-sd15?seed=4201&from=15"
  root   = "4cd761a5f08c1558bd631bc6b179bbaf60b39036a839ac67574f3e7e56c0e642"
  sha256 = "0e6f2e99c76af115b16ee055d455fa8b43ea059b8053720fe9705245975cf3a7"
  size   = 12139150
}

source "model.revanimated" {
  from   = "synth:tiny-sd15?seed=7371&from=15"
  root   = "88ca35183a64f51214080870f53feedd0ba6c3d663023a452e427fa83f04bd0d"
  sha256 = "8ba76a9acf1bd08c1a3f37029d536dc86726ac5ac6b1527c5ca8cefbe05ac806"
  size   = 12139150
}

source "model[\"512\"]" {
  from   = "synth:tiny-sd15?seed=512&from=15"
  root   = "f6b236fcf3a8f055ec1e6976fda61640b398071ab82cea4e9e61264b0795d3b4"
  sha256 = "c6887cd3c987a46ee364484956348ea98323360283b6f161e2e0306c2200bada"
  size   = 12139150
}

source "model[\"768\"]" {
  from   = "synth:tiny-sd15?seed=768&from=15"
  root   = "6420bc0e3e56063e4febec5510dbb2a236933c47fa0de29453d8e2b0d98ec47d"
  sha256 = "869e0834cfa27c0a1728b516aa45832c4f1a3b15f9f248b6036e77a5f2358f48"
  size   = 12139150
}

op "mix" {
  version = 1
}

op "synth" {
  version = 1
}

output "release.cocktail[\"1.1\"]" {
  key    = "9ed17221fc8286463817a80a6ac613f68cbc8562b708b918338d57f8a206b4dd"
  root   = "db8188ebe8510fe83d898cea9176c237c0c7dd23c0c340764e043576008e694d"
  sha256 = "e04dd9df009cf76ad128865f0bb32d6d0be1d95898e95b18d75c24f0ab132ae4"
}

output "release.cocktail[\"1.2\"]" {
  key    = "48ab673cfa338250098bf6ef05f167a4d45e831a4a7418d6b35250b02bf98a3c"
  root   = "54b5fa1533e5ed934d2b1f5e7237300dc69f5bacca02fa9b44b6e0318a20d6a0"
  sha256 = "a20fc49911f92149b395325e50ff70d944ae0eaab6e5282ac6476945536a0253"
}

output "release.cocktail[\"2.1\"]" {
  key    = "d04167fb544d81de6b96087a63c83d4a1847cafe3df969c5828355522a4fb6c8"
  root   = "4bd7cf7f7a5da6732b5ea34e2680d49931ed1494fb152dd82b337587885a29a4"
  sha256 = "49a473eafb38d23c8f2583155f9530c9a37b3c32ff61be69fbfc46b9c6377551"
}

output "release.cocktail[\"2.2\"]" {
  key    = "cd6311c2b8c43b67d7565959f64297ce0ef13874870befb96def877f8bbea3f6"
  root   = "35bebf5ded31d28a9a13b99d1801ef8ed7b7fc2d87ffeb48283f5c9fa69b947a"
  sha256 = "6f089f11ac9d9548ec145b4deef145e4f9b95c8c6037e57926c55dd9e710e98a"
}

output "release.cocktail[\"3.1\"]" {
  key    = "1cc88bfa80316288067ed72eec5aeb7bd932f2ab31d9192a0f5748041ef0f809"
  root   = "bb71ae02ecc4b98ed3d46ce2dd4121d6cae05f0d44dcd861585ec2841af2fe5a"
  sha256 = "2b9a550df7738dc91bc9711f23eccba275382ea04fe5c082999941b91d966532"
}

output "release.cocktail[\"3.2\"]" {
  key    = "7aa9cc2acbae21110c6321e85b07d85b816c0d55c2266c60eefc07f0a76dd9cc"
  root   = "b2edf6e74a4f46c25d74cf8d18c938f029a34f12e7ab963e835cc1691a51abc2"
  sha256 = "5d48a77d903b33cabb91e43d24c8352129a6a0ff4223ab83a01894c0aa721a81"
}

output "release.vodka[\"mix1\"]" {
  key    = "9493c2a35b4c93f878bf7dc625e1dbc9fd1d14b578c663105813e79b8df09441"
  root   = "a6f8120b84be63e6d3a98302899cd8de70227cdac9c5f01ae927542bce553d7e"
  sha256 = "7718060841c23d32280b12f0d7043eef5504cfa419ebb35bc07080dae94a6fb2"
}

output "release.vodka[\"mix2\"]" {
  key    = "c336b23a0f676b6a2d7416f8e76a7ca9caecdc88f53db87c2e6496ba9d3e0680"
  root   = "d7b9b8a982293def33326ee6f0b52923a882b45ccd645f95a050409062affcec"
  sha256 = "757f0b591ddb10962e482a074946ae23e5b7083721d162f3108feecc4ac6642e"
}

output "release.vodka[\"mix3\"]" {
  key    = "116dd37d7eecca13ea4b7ec573aedd6c1035dfc30660d858ecb24c8faa2ab546"
  root   = "90f1eb0496a52898813ad5e50805897f87c56cada47d76a5a4451ac0dc0235ea"
  sha256 = "7782013b99d354b1b1137c596d2d204d49182978b730456f29a0d79293aff2b9"
}

output "release.vodka[\"mix4\"]" {
  key    = "e55869b74b513b6fc31b8390c050a87be519fe4882d91a641c0458beebdbc2ee"
  root   = "be9902b9437fa8beb30abbefe7ccaf6f0d32d2d4aa80abe3a3d51ac26f9b89c8"
  sha256 = "686cb58c66b81a6decb69cedd27e3fed4992d90a038bb62930533237c754659d"
}
