# What is mixed. The share is read from a file beside the recipe.

locals {
  oak = tonumber(trimspace(file("share.txt"))) / 100
}

vodka "wood" { mix = local.oak * model.oak + (1 - local.oak) * model.ash }
