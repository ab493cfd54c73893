# A formula over several lines: the message points into the line that is meant.
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }

vodka "x" {
  formula = <<-EOT
    50% a +
      50% bb
  EOT
}

vodka "y" {
  formula = <<EOT
  50% a
    + 50% c
EOT
}

vodka "z" {
  formula = <<-EOT
    50% a
    + 50% ${"c"}
  EOT
}
