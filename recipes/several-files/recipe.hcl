# What is released, and what the recipe is called.

recipe "several-files" {
  description = "Models, mixes and releases in files of their own"
}

release "wood" {
  model = vodka.wood
  file  = "out/wood.safetensors"
}
