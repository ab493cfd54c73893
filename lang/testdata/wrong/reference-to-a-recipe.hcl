model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
recipe "r" {}
vodka "x" { mix = recipe.r }
