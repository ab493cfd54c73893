model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" {
  source = "c.safetensors"
  sha256 = "abc"
  autov2 = "84d76a032"
}
model "d" {
  source = "d.safetensors"
  sha256 = "84d76a0328000000000000000000000000000000000000000000000000000000"
  autov2 = "0123456789"
}
model "e" {
  source = "e.safetensors"
  root   = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaax"
}
