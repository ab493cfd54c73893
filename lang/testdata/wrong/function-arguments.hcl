model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
locals {
  a = sum([])
  b = sum([1, "x"])
  c = sum({ a = 1 })
  d = max(1, "x")
  e = element([], 0)
  f = lower()
  g = range(2000)
  h = setproduct(range(200), range(200))
  i = format("%5000d", 1)
  j = join(join("", [for i in range(1000) : "0123456789"]), range(1000))
  k = tonumber("1e5000")
  l = file("missing.txt")
  m = file("latin1.txt")
  n = file("prompts.txt", 1)
}
