model "a" { source: "a.safetensors" }
