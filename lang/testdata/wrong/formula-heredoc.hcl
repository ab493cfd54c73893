model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  formula = <<-EOT
    50% a +
    50% bb
  EOT
}
