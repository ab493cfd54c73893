variable "1st" { default = 1 }
variable "twice" { default = 1 }
variable "twice" { default = 2 }
variable "quoted" {
  type    = "string"
  default = "a"
}
variable "spelled" {
  defualt = 1
  sensitive = true
  validate {
    condition = true
  }
}
variable "half" {
  default     = 1
  description = 2
  nullable    = "sometimes"
  validation { condition = true }
  validation "named" {
    condition     = 1
    error_message = "No."
    when          = "always"
  }
  validation {
    condition     = false
    error_message = ["No."]
  }
}

model "a" { source = "a.safetensors" }
vodka "x" { mix = var.spelt * var * model.a }
