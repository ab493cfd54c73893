package lang

import (
	"strings"
	"testing"
)

const goalsRecipe = twoModels + `
vodka "mix1" { mix = model.a }
vodka "mix2" { mix = 0.5 * vodka.mix1 + 0.5 * model.b }
vodka "taste of vae" { mix = model.b }
vodka "512" {
  mix = model.a
  vae = vodka["taste of vae"]
}
cocktail "merged" {
  for_each = { "1.2" = vodka.mix1, "2.2" = vodka.mix2 }
  mix      = 0.6 * each.value + 0.4 * model.b
}
cocktail "none" {
  for_each = {}
  mix      = model.a
}
`

const goalsReleases = `
release "x" {
  model = cocktail.merged["1.2"]
  file  = "x.safetensors"
}
release "y" {
  for_each = { a = model.a, b = model.b }
  model    = each.value
  file     = "${each.key}.safetensors"
}
`

func TestGoals(t *testing.T) {
	with, without := recipe(t, goalsRecipe+goalsReleases), recipe(t, goalsRecipe)
	for _, c := range []struct {
		name      string
		recipe    *Recipe
		addresses string // with | between them
		all       bool
		want      string
	}{
		{"all releases", with, "", false, `release.x release.y["a"] release.y["b"]`},
		{"what nothing else uses", without, "", false, `cocktail.merged["1.2"] cocktail.merged["2.2"] vodka["512"]`},
		{"everything", with, "", true, `cocktail.merged["1.2"] cocktail.merged["2.2"] release.x release.y["a"] release.y["b"] vodka.mix1 vodka.mix2 vodka["512"] vodka["taste of vae"]`},
		{"everything of a recipe without releases", without, "", true, `cocktail.merged["1.2"] cocktail.merged["2.2"] vodka.mix1 vodka.mix2 vodka["512"] vodka["taste of vae"]`},
		{"an address alone", with, "vodka.mix1", false, "vodka.mix1"},
		{"an address in another spelling", with, `vodka["mix1"]`, false, "vodka.mix1"},
		{"an instance", with, `cocktail.merged["2.2"]`, false, `cocktail.merged["2.2"]`},
		{"an instance without its quotes", with, `cocktail.merged[2.2]`, false, `cocktail.merged["2.2"]`},
		{"an instance in other quotes", with, `cocktail.merged['2.2']`, false, `cocktail.merged["2.2"]`},
		{"a whole block", with, "cocktail.merged", false, `cocktail.merged["1.2"] cocktail.merged["2.2"]`},
		{"several, sorted, each once", with, "vodka.mix2|release.x|vodka.mix1|vodka.mix2", false, "release.x vodka.mix1 vodka.mix2"},
		{"digits", with, `vodka["512"]`, false, `vodka["512"]`},
		{"digits without quotes", with, `vodka[512]`, false, `vodka["512"]`},
		{"spaces", with, `vodka["taste of vae"]`, false, `vodka["taste of vae"]`},
		{"an address that looks like another without its space", recipe(t, twoModels+"vodka \"a b\" { mix = model.a }\nvodka \"ab\" { mix = model.a }\n"), "vodka.ab", false, "vodka.ab"},
		{"an address beside everything", without, `vodka["512"]`, true, `cocktail.merged["1.2"] cocktail.merged["2.2"] vodka.mix1 vodka.mix2 vodka["512"] vodka["taste of vae"]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var addresses []string
			if c.addresses != "" {
				addresses = strings.Split(c.addresses, "|")
			}
			goals, diags := c.recipe.Goals(addresses, c.all)
			var got []string
			for _, g := range goals {
				got = append(got, string(g))
			}
			if text := strings.Join(got, " "); text != c.want || len(diags) != 0 {
				t.Errorf("%s, %s\nwant %s", text, texts(diags), c.want)
			}
		})
	}
}

func TestGoalsThatAreNone(t *testing.T) {
	sound := recipe(t, goalsRecipe+goalsReleases)
	broken, diags := load(goalsRecipe + `
vodka "half" { mix = 0.5 * model.a }
vodka "of half" { mix = 0.5 * vodka.half + 0.75 * model.a }
vodka "typo" {
  mix  = model.a
  dype = "fp16"
}
release "first" {
  model = model.a
  file  = "x.safetensors"
}
release "second" {
  model = model.b
  file  = "X.safetensors"
}
cocktail "mixed" {
  for_each = { good = 1, bad = 0.5 }
  mix      = each.value * model.a
}
`)
	if !diags.HasErrors() {
		t.Fatal("nothing is wrong with it")
	}
	for _, c := range []struct {
		recipe        *Recipe
		address, want string
	}{
		{sound, "model.a", "Nothing to make: model.a is an ingredient: it is there already. Name a vodka, a cocktail or a release."},
		{sound, "cocktail.none", "Nothing to make: cocktail.none makes no instances: its for_each is empty, or its count 0."},
		{sound, "vodka.mix3", "Unknown address: The recipe has no vodka.mix3; did you mean vodka.mix1?"},
		{sound, "mix1", "Unknown address: The recipe has no mix1; did you mean vodka.mix1?"},
		{sound, "512", `Unknown address: The recipe has no 512; did you mean vodka["512"]?`},
		{sound, `cocktail.merged["3.2"]`, `Unknown address: The recipe has no cocktail.merged["3.2"]; did you mean cocktail.merged["1.2"]?`},
		{sound, "grid.final", "Unknown address: The recipe has no grid.final."},
		{sound, "", "Unknown address: An address is empty: name a vodka, a cocktail or a release, as in vodka.mix1."},
		{broken, "vodka.half", "Goal not sound: vodka.half has an error."},
		{broken, `vodka["of half"]`, `Goal not sound: vodka["of half"] has an error.`},
		{broken, "vodka.typo", "Goal not sound: vodka.typo has an error."},
		{broken, `cocktail.mixed["bad"]`, `Goal not sound: cocktail.mixed["bad"] has an error.`},
		{broken, "release.second", "Goal not sound: release.second has an error."},
		{broken, `cocktail.mixed`, `Goal not sound: cocktail.mixed has an error.`},
	} {
		goals, diags := c.recipe.Goals([]string{c.address}, false)
		if len(goals) != 0 || len(diags) != 1 || diags[0].Summary+": "+diags[0].Detail != c.want {
			t.Errorf("%s: %v, %s\nwant %s", c.address, goals, texts(diags), c.want)
		}
	}
	if goals, diags := broken.Goals([]string{`cocktail.mixed["good"]`}, false); len(diags) != 0 || len(goals) != 1 {
		t.Errorf("the sound instance of a block: %v, %s", goals, texts(diags))
	}
}

func TestAddressParts(t *testing.T) {
	for _, c := range []struct {
		address          Address
		kind, label, key string
		name             string
	}{
		{addressOf("vodka", "mix1"), "vodka", "mix1", "", "mix1"},
		{addressOf("vodka", "512"), "vodka", "512", "", "512"},
		{addressOf("model", "sd-1.5"), "model", "sd-1.5", "", "sd-1.5"},
		{addressOf("model", `a "b" \c`), "model", `a "b" \c`, "", `a "b" \c`},
		{instanceOf(addressOf("cocktail", "merged"), "2.2"), "cocktail", "merged", "2.2", "merged 2.2"},
		{instanceOf(addressOf("cocktail", "my mix"), "a b"), "cocktail", "my mix", "a b", "my mix a b"},
		{"", "", "", "", ""}, {"model", "", "", "", ""}, {"[", "", "", "", ""},
	} {
		kind, label, key := c.address.Parts()
		if kind != c.kind || label != c.label || key != c.key || c.address.Name() != c.name {
			t.Errorf("%s: %q %q %q, name %q", c.address, kind, label, key, c.address.Name())
		}
	}
	for _, label := range []string{"a${b}", "a%{b}", "$${", "a$$${b", "%%{", "é", "a.b", "true", "x]"} {
		address := instanceOf(addressOf("vodka", label), label)
		if kind, got, key := address.Parts(); kind != "vodka" || got != label || key != label {
			t.Errorf("%s: %q %q %q", address, kind, got, key)
		}
	}
}
