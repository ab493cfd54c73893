models:
  - a.safetensors
