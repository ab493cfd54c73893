recipe "cosmopolitan" {
  description = "General-purpose SD 1.5: a hybrid vodka with two trained models"
  license     = "creativeml-openrail-m"
}

variable "scale" {
  type    = string
  default = "full"
}

model "sd15" { source = "hf:runwayml/stable-diffusion-v1-5/v1-5-pruned.safetensors" }
model "V1" { source = "hf:…" }
model "V3" { source = "hf:…" }
model "realistic_vision" { source = "civitai:4201@130072" }
model "revanimated" { source = "civitai:7371@46846" }
model "epicrealism" {
  source = "civitai:25694@143906"
  autov2 = "84d76a0328"                         # optional: the lock file pins it anyway
}
model "dreamshaper" { source = "civitai:4384@128713" }
model "bloodymary" {                            # a recipe is an ingredient
  recipe = "../bloodymary/bloodymary.hcl"
  output = "bloodymary"                         # which release of it
}

dataset "midjourney" {
  table   = "hf:datasets/…/starting_dataset.csv"   # csv, csv.gz, jsonl, parquet
  images  = "hf:datasets/…/raw_dataset.zip"        # an archive, a folder, or a column of URLs
  columns = { prompt = "Content", image = "Attachments", user = "AuthorID", at = "Date" }
  join    = { entry = "name", column = "image" }   # how archive entries meet rows
  keep = [
    row.kind == "upscale",                      # a user who upscales liked it
    row.flags.style == "raw",                   # prompts that were not rewritten
    row.user.upscales >= 25,                    # engaged users
  ]
  caption = row.prompt
  take    = 11475
  seed    = 555
  dedupe { by = "phash" }
  split { validation = "15%" }
}

train "r512" {
  base       = model.sd15
  dataset    = dataset.midjourney
  resolution = 512
  epochs     = 100
  batch_size = 4
  save_every = 10
  optimizer "dadapt_adam" {
    weight_decay = 0.8
    decouple     = true
  }
  stop {
    validation_loss = "rising"
    patience        = 3
  }
}
train "r768" {
  base       = model.sd15
  dataset    = dataset.midjourney
  resolution = 768
  epochs     = 100
  batch_size = 4
  save_every = 10
  optimizer "adamw8bit" { lr = 1.5e-6 }
  trainer "everydream2" { home = "~/EveryDream2trainer" }     # default: the native trainer
  stop { validation_loss = "rising" }
}

grid "bases" {
  models  = concat(train.r512.epochs, train.r768.epochs)
  prompts = file("prompts.txt")                 # 21 of them
  sizes   = [512, 768]
  seeds   = [1, 2, 3, 4]
  sampler "dpmpp_2m" {
    schedule = "karras"
    steps    = 25
    cfg      = 7
  }
  renderer "comfyui" { url = "http://127.0.0.1:8188" }        # default: the native sampler
}

choose "512" {
  from = train.r512.epochs
  by   = validation_loss                        # or taste(…), pick(…), metric(…)
}
choose "768" {
  from    = train.r768.epochs
  by      = pick("epoch 30")
  because = "the curve says 34, the nearest save is 30, and the grid agrees"
  seen    = [grid.bases]
}

vodka "mix1" { formula = "50% 512 + 50% 768" }
vodka "mix2" { formula = "512 + 50% (V3 − V1)" }
vodka "mix3" { formula = "768 + 50% (V3 − V1)" }
vodka "mix4" { formula = "mix1 + 50% (V3 − V1)" }

cocktail "trained" {
  for_each = { "1.1" = vodka.mix2, "2.1" = vodka.mix3, "3.1" = vodka.mix4 }
  weights  = "60/20/20"
  of       = [each.value, model.epicrealism, model.dreamshaper]
}
cocktail "merged" {
  for_each = { "1.2" = vodka.mix2, "2.2" = vodka.mix3, "3.2" = vodka.mix4 }
  mix      = 0.6 * each.value + 0.2 * model.realistic_vision + 0.2 * model.revanimated
}

grid "final" {
  models  = [cocktail.trained["1.1"], cocktail.merged["2.2"], cocktail.trained["3.1"], model.bloodymary]
  prompts = file("prompts.txt")
  sizes   = [512, 768]
  seeds   = [1, 2, 3, 4]
}
choose "final" {
  from = {
    "1.1"        = cocktail.trained["1.1"]
    "2.2"        = cocktail.merged["2.2"]
    "3.1"        = cocktail.trained["3.1"]
    "BloodyMary" = model.bloodymary
  }
  by   = taste("votes/final.jsonl")             # ballots are committed beside the recipe
  seen = [grid.final]
}

release "cosmopolitan" {
  model = choose.final.winner
  file  = "out/cosmopolitan.safetensors"
  dtype = { unet = "fp16", clip = "fp16", vae = "fp32" }       # or one name: "fp16"
}
