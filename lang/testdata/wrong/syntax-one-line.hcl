model "a" { source = "a.safetensors", license = "mit" }
