locals { share = 0.7 }

check "shares" {
  assert {
    condition     = local.share <= 0.5
    error_message = "More than a half (${local.share}) drowns the others."
  }
  assert { condition = true }
  asert {
    condition = true
  }
}
check "nothing" {}
check "other" {
  condition = true
  assert {
    condition     = "yes"
    error_message = "No."
  }
}

model "a" { source = "a.safetensors" }
vodka "x" { mix = model.a }
