variable "steps" {
  type    = number
  default = "many"
}
variable "name" {
  type     = string
  nullable = false
  default  = null
}
variable "share" {
  type    = number
  default = 1.2
  validation {
    condition     = var.share <= 1
    error_message = "A share is at most 1."
  }
}
variable "must" { type = string }
variable "list" {
  type    = list(number)
  default = ["a"]
}
variable "itself" { default = var.itself }
variable "late" { default = local.missing }

model "a" { source = "a.safetensors" }
vodka "x" { mix = var.share * model.a }
