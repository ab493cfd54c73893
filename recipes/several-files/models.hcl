# A recipe may be a folder: its files are read as one. This one says where the
# ingredients come from.

model "oak" { source = "synth:tiny-sd15?seed=21&from=15" }
model "ash" { source = "synth:tiny-sd15?seed=22&from=15" }
