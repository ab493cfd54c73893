variable "share" {
  type    = number
  default = 0.5
  validation {
    condition     = var.share >= 0 && var.share <= 1
    error_message = "A share lies between 0 and 1."
  }
}
variable "seeds" { type = list(number) }
variable "scale" {
  type    = number
  default = 1
}

model "a" { source = "a.safetensors" }
vodka "x" { mix = model.a }
