model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" { source = "ftp://example.org/c.safetensors" }
