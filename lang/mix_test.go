package lang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// HCL arithmetic works wherever an expression may stand.
func TestMixes(t *testing.T) {
	const preamble = twoModels + `
model "c" { source = "c" }
vodka "512" { mix = model.a }
vodka "many" {
  for_each = { "1.1" = model.a, x = model.b }
  mix      = each.value
}
locals {
  half   = 0.5
  models = [model.a, model.b]
  named  = { good = model.a, bad = model.b }
  gap    = model.a - model.b
  third  = 1 / 3
}
`
	for _, c := range []struct{ mix, direct string }{
		{`model.a`, "model.a"},
		{`0.6 * model.a + 0.4 * model.b`, "0.6 * model.a + 0.4 * model.b"},
		{`model.b * 0.4 + model.a * 0.6`, "0.4 * model.b + 0.6 * model.a"},
		{`(model.a + model.b) / 2`, "0.5 * model.a + 0.5 * model.b"},
		{`model.a + 0.5 * (model.b - model.c)`, "model.a + 0.5 * model.b - 0.5 * model.c"},
		{`model.a - (-model.b) - model.c`, "model.a + model.b - model.c"},
		{`-model.a + 2 * model.b`, "-model.a + 2 * model.b"},
		{`model.a / 3 + model.b / 3 + model.c / 3`, "1/3 * model.a + 1/3 * model.b + 1/3 * model.c"},
		{`local.third * model.a + (1 - local.third) * model.b`, "1/3 * model.a + 2/3 * model.b"},
		{`(0.1 + 0.2) * model.a + 0.7 * model.b`, "0.3 * model.a + 0.7 * model.b"},
		{`(1 - 1/3 - 1/3 - 1/3) * model.a + model.b`, "model.b"},
		{`"0.5" * model.a + model.b / "2"`, "0.5 * model.a + 0.5 * model.b"},
		{`vodka["512"]`, `vodka["512"]`},
		{`vodka[512]`, `vodka["512"]`},
		{`vodka.512`, `vodka["512"]`},
		{`vodka.many["1.1"]`, `vodka.many["1.1"]`},
		{`vodka.many.x`, `vodka.many["x"]`},
		{`model["a"]`, "model.a"},
		{`sum([for m in local.models : m / 2])`, "0.5 * model.a + 0.5 * model.b"},
		{`sum([for k, m in vodka.many : m / length(vodka.many)])`, `0.5 * vodka.many["1.1"] + 0.5 * vodka.many["x"]`},
		{`sum(values({ for k, m in local.named : k => local.half * m }))`, "0.5 * model.b + 0.5 * model.a"},
		{`local.half > 0.2 ? model.a : model.b`, "model.a"},
		{`model.a == model.b ? model.a : model.c`, "model.c"},
		{`model.a != model.a ? model.a : model.b`, "model.b"},
		{`0.5 * model.a + 0.5 * model.b == (model.a + model.b) / 2 ? model.c : model.a`, "model.c"},
		{`model.c + local.half * local.gap`, "model.c + 0.5 * model.a - 0.5 * model.b"},
		{`local.named.good`, "model.a"}, {`local.named["bad"]`, "model.b"}, {`local.models[1]`, "model.b"}, {`[for m in local.models : m][0]`, "model.a"},
		{`element(local.models, 3)`, "model.b"}, {`local.models[length(local.models) - 1]`, "model.b"},
		{`{ for k, m in local.named : k => m if k == "good" }["good"]`, "model.a"},
		{`lookup(local.named, "good", model.c)`, "model.a"}, {`coalesce(null, model.b)`, "model.b"},
		{`sum(toset([model.a / 2, model.b / 2, model.a / 2]))`, "0.5 * model.a + 0.5 * model.b"},
		{`concat(local.models, [model.c])[2]`, "model.c"}, {`flatten([[model.a], [model.b]])[1]`, "model.b"}, {`merge(local.named, { good = model.c }).good`, "model.c"},
		{`contains(local.models, model.a) ? model.a : model.c`, "model.a"},
		{`zipmap(["x"], [model.b]).x`, "model.b"}, {`(local.models[*])[0]`, "model.a"},
		{`weighted_sum(model.a, model.b)`, "0.5 * model.a + 0.5 * model.b"}, {`weighted_sum(model.a, model.b, 0.3)`, "0.7 * model.a + 0.3 * model.b"},
		{`weighted_sum(weighted_sum(model.a, model.b), model.c, 1/3) `, "1/3 * model.a + 1/3 * model.b + 1/3 * model.c"},
		{`weighted_sum(model.a, model.b, 1/2 + 1/4) + local.gap`, "1.25 * model.a - 0.25 * model.b"},
		{`blend([model.b, model.a])`, "0.5 * model.b + 0.5 * model.a"}, {`blend([model.a, model.b], { weights = [3, 1] })`, "0.75 * model.a + 0.25 * model.b"},
		{`blend([model.a, model.b], { weights = 2 })`, "0.5 * model.a + 0.5 * model.b"}, {`blend(local.models, { scale = 1, normalize = true, mode = "fast" })`, "0.5 * model.a + 0.5 * model.b"},
		{`2 * blend([model.a], { scale = 0.5 })`, "model.a"},
		{`by_block("` + profileText(26, func(int) string { return "1" }) + `") * model.a`, "model.a"},
	} {
		r, diags := load(preamble + "cocktail \"x\" { mix = " + c.mix + " }\n")
		if len(diags) != 0 {
			t.Errorf("%s: %s", c.mix, texts(diags))
			continue
		}
		if got := r.mix(t, "cocktail.x").Text; got != c.direct {
			t.Errorf("%s: %s, want %s", c.mix, got, c.direct)
		}
	}
}

// Profiles take part in arithmetic, block by block.
func TestProfilesInMixes(t *testing.T) {
	w := profileText(26, func(i int) string { return fmt.Sprintf("0.%02d", i+10) }) // BASE 0.10, IN00 0.11, …
	for _, c := range []struct {
		mix             string
		clip, in01, out string // of model.a
	}{
		{`local.w * model.a + (1 - local.w) * model.b`, "0.1", "0.12", "0.35"},
		{`weighted_sum(model.b, model.a, local.w)`, "0.1", "0.12", "0.35"},
		{`model.a * local.w / 2 + (1 - local.w / 2) * model.b`, "0.05", "0.06", "0.175"},
		{`(local.w + local.w) * model.a + (1 - 2 * local.w) * model.b`, "0.2", "0.24", "0.7"},
		{`local.w * local.w * model.a + (1 - local.w * local.w) * model.b`, "0.01", "0.0144", "0.1225"},
		{`model.b + local.w * (model.a - model.b)`, "0.1", "0.12", "0.35"},
		{`model.b - -local.w * (model.a - model.b)`, "0.1", "0.12", "0.35"},
		{`model.a / (1 / local.w) + (1 - local.w) * model.b`, "0.1", "0.12", "0.35"},
	} {
		r := recipe(t, fmt.Sprintf("%slocals { w = by_block(%q) }\nvodka \"x\" { mix = %s }\n", twoModels, w, c.mix))
		a, b := r.Mixes[0].Form.Coef("model.a"), r.Mixes[0].Form.Coef("model.b")
		for block, want := range map[string]string{"CLIP": c.clip, "VAE": c.clip, "IN01": c.in01, "OUT11": c.out} {
			if got := ratText(a.At(block)); got != want {
				t.Errorf("%s in %s: %s, want %s", c.mix, block, got, want)
			}
		}
		if sum, err := a.Add(b); err != nil || !sum.isOne() {
			t.Errorf("%s: mass %v, %v", c.mix, sum, err)
		}
	}
}

// Mixes of mixes become mixes of models, and what the author wrote is kept.
func TestFlattening(t *testing.T) {
	r := recipe(t, twoModels+`
model "V1" { source = "V1" }
model "V3" { source = "V3" }
vodka "mix1" { formula = "50% a + 50% b" }
vodka "mix4" { formula = "mix1 + 50% (V3 − V1)" }
cocktail "merged" {
  for_each = { "1.2" = vodka.mix1, "3.2" = vodka.mix4 }
  mix      = 0.6 * each.value + 0.4 * model.b
}
release "x" {
  model = cocktail.merged["3.2"]
  file  = "out/x.safetensors"
  dtype = "fp16"
}
`)
	want := `recipe "r" "" ""
model.V1 "V1" "" "" "" ""
model.V3 "V3" "" "" "" ""
model.a "a.safetensors" "" "" "" ""
model.b "b.safetensors" "" "" "" ""
cocktail cocktail.merged["1.2"]: 0.6 * vodka.mix1 + 0.4 * model.b = 2/5*model.b + 3/5*vodka.mix1 = 3/10*model.a + 7/10*model.b, first model.a, ; ; "" false false false
cocktail cocktail.merged["3.2"]: 0.6 * vodka.mix4 + 0.4 * model.b = 2/5*model.b + 3/5*vodka.mix4 = -3/10*model.V1 + 3/10*model.V3 + 3/10*model.a + 7/10*model.b, first model.a, ; ; "" false false false
vodka vodka.mix1: 0.5 * model.a + 0.5 * model.b = 1/2*model.a + 1/2*model.b = 1/2*model.a + 1/2*model.b, first model.a, ; ; "" false false false
vodka vodka.mix4: vodka.mix1 + 0.5 * model.V3 - 0.5 * model.V1 = -1/2*model.V1 + 1/2*model.V3 + 1/1*vodka.mix1 = -1/2*model.V1 + 1/2*model.V3 + 1/2*model.a + 1/2*model.b, first model.a, ; ; "" false false false
release.x "out/x.safetensors" of "cocktail.merged[\"3.2\"]": cocktail.merged["3.2"] = 1/1*cocktail.merged["3.2"] = -3/10*model.V1 + 3/10*model.V3 + 3/10*model.a + 7/10*model.b, first model.a, *=F16 ; ; "" false false false, true "" "" "" ""
`
	if diff := cmp.Diff(want, r.digest()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The three spellings of a mix say the same.
func TestSpellings(t *testing.T) {
	var forms []string
	for _, body := range []string{
		`mix = 0.6 * model.a + 0.4 * model.b`,
		`formula = "60% a + 40% b"`,
		"weights = \"60/40\"\n  of = [model.a, model.b]",
		"weights = { x = 3, y = 2 }\n  of = { x = model.a, y = model.b }",
	} {
		m := recipe(t, twoModels+"vodka \"x\" {\n  "+body+"\n}\n").Mixes[0]
		forms = append(forms, m.Text+" = "+m.Form.Canonical()+", "+string(m.First))
	}
	for _, f := range forms {
		if want := "0.6 * model.a + 0.4 * model.b = 3/5*model.a + 2/5*model.b, model.a"; f != want {
			t.Errorf("%s, want %s", f, want)
		}
	}
}

// What is right but hardly meant gets a warning, once.
func TestRemarks(t *testing.T) {
	for _, c := range []struct{ mix, want string }{
		{`model.a + (model.b - model.a)`, "model.a is added and taken away again: what is left is model.b."},
		{`(model.a - model.a) + model.b`, "model.a is added and taken away again: what is left is model.b."},
		{`2 * (model.a - model.a) + model.b`, "model.a is added and taken away again: what is left is model.b."},
		{`model.a - model.a + model.a`, ""},
		{`model.b + 0 * model.a`, ""},
		{`model.a - model.b + model.b`, "model.b is added and taken away again: what is left is model.a."},
		{`weighted_sum(model.a + model.b - model.b, model.b, 0)`, ""},
		{`model.a + local.long * (model.b - model.a)`, shortened},
		{`weighted_sum(model.a, model.b, local.long)`, shortened},
		{`weighted_sum(model.a + local.long * (model.b - model.a), model.b)`, shortened},
		{`blend([model.a, model.b], { weights = [local.long, 1] })`, shortened},
		{`model.a - -local.long * (model.b - model.a)`, shortened},
		{`model.a + (model.b - model.a) / local.long`, shortened},
		{`sum([model.a, local.long * (model.b - model.a)])`, shortened},
		{`local.gap + model.a`, shortened},
		{`model.a + 0.33333333333333333333333333333333 * (model.b - model.a)`, ""}, // 32 decimals are exact
	} {
		_, diags := load(twoModels + "locals {\n  long = 0.5 + 1e-60\n  gap = local.long * (model.b - model.a)\n}\nvodka \"x\" { mix = " + c.mix + " }\n")
		if got := details(diags); c.want == "" && len(got) != 0 || c.want != "" && (len(got) != 1 || !strings.HasSuffix(got[0], c.want)) || diags.HasErrors() {
			t.Errorf("%s: %s\nwant %s", c.mix, texts(diags), c.want)
		}
	}
}

const shortened = "the nearest float64 is taken. Write the decimals that are meant."

func TestFirst(t *testing.T) {
	for _, c := range []struct{ mix, want string }{
		{`model.b + model.a - model.b`, "model.a"}, // b is not used
		{`0 * model.b + model.a`, "model.a"},
		{`vodka.v / 2 + model.a / 2`, "model.b"}, // v names b first
		{`0.5 * model.a + vodka.v / 2`, "model.a"},
	} {
		r, diags := load(twoModels + "vodka \"v\" { mix = 0.5 * model.b + 0.5 * model.a }\nvodka \"x\" { mix = " + c.mix + " }\n")
		if diags.HasErrors() {
			t.Fatal(texts(diags))
		}
		if got := r.mix(t, "vodka.x").First; string(got) != c.want {
			t.Errorf("%s: first %s, want %s", c.mix, got, c.want)
		}
	}
}

// A mix says how it is poured, and a release of it says so too unless it says
// otherwise.
func TestPour(t *testing.T) {
	const preamble = twoModels + `
vodka "v" {
  mix             = model.a
  vae             = model.b
  clip            = 0.5 * model.a + 0.5 * model.b
  dtype           = { unet = "fp16", vae = "float32" }
  extra_keys      = "keep"
  allow_nonfinite = true
  complete        = true
}
vodka "half" {
  mix      = 0.5 * model.a
  any_mass = true
}
vodka "same" { mix = vodka.v }
vodka "own" {
  mix = vodka.v
  vae = model.a
}
vodka "borrowed" {
  mix = model.b
  vae = vodka.v
}
`
	for _, c := range []struct{ body, want string }{
		{`model = vodka.v`, `unet=F16 vae=F32 1/1*model.b; 1/2*model.a + 1/2*model.b; "keep" false true true`},
		{"model = vodka.v\n  dtype = { unet = \"bf16\" }", `unet=BF16 vae=F32 1/1*model.b; 1/2*model.a + 1/2*model.b; "keep" false true true`},
		{"model = vodka.v\n  dtype = \"fp8_e4m3\"", `*=F8_E4M3 1/1*model.b; 1/2*model.a + 1/2*model.b; "keep" false true true`},
		{"model = vodka.v\n  vae = model.a\n  clip = vodka.v\n  extra_keys = \"drop\"\n  complete = false\n  allow_nonfinite = false", `unet=F16 vae=F32 1/1*model.a; 1/2*model.a + 1/2*model.b; "drop" false false false`},
		{`model = vodka.half`, `; ; "" true false false`},
		{"model = vodka.half + 0.5 * model.b", `; ; "" false false false`},
		{`model = vodka.same`, `1/1*model.b; 1/2*model.a + 1/2*model.b; "" false false false`},
		{`model = vodka.own`, `1/1*model.a; 1/2*model.a + 1/2*model.b; "" false false false`},
		{`model = vodka.borrowed`, `1/1*model.b; ; "" false false false`},
		{`model = model.a`, `; ; "" false false false`},
	} {
		r := recipe(t, preamble+"release \"r\" {\n  "+c.body+"\n  file = \"r.safetensors\"\n}\n")
		if got := r.Releases[0].Pour.digest(); got != c.want {
			t.Errorf("%s:\n     %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestRelease(t *testing.T) {
	r := recipe(t, twoModels+`
recipe "cosmopolitan" {
  description = "A hybrid"
  license     = "openrail"
}
release "r" {
  model        = 0.5 * model.a + 0.5 * model.b
  file         = "out/r.safetensors"
  embed_recipe = false
  title        = "R"
  description  = "D"
  author       = "A"
  license      = 5
}
release "many" {
  for_each = { a = model.a, b = model.b }
  model    = each.value
  file     = "out/${each.key}.safetensors"
}
`)
	got := r.digest()
	for _, want := range []string{
		`recipe "cosmopolitan" "A hybrid" "openrail"`,
		`release.r "out/r.safetensors" of "": 0.5 * model.a + 0.5 * model.b = 1/2*model.a + 1/2*model.b = 1/2*model.a + 1/2*model.b, first model.a, ; ; "" false false false, false "R" "D" "A" "5"`,
		`release.many["a"] "out/a.safetensors" of "model.a"`, `release.many["b"] "out/b.safetensors" of "model.b"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}
