package lang

import (
	"fmt"
	"strings"
	"testing"
)

// Each error is told once, and what depends on it is silent, but checked as far
// as it can be.
func TestErrorsAreToldOnce(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"the instances of a block share its error", `
vodka "x" {
  for_each = { a = 1, b = 2, c = 3 }
  mix      = 0.5 * model.a
}
`, "Glass not full"},
		{"each instance has its own", `
vodka "x" {
  for_each = { a = 0.5, b = 0.25, c = 1 }
  mix      = each.value * model.a
}
`, "Glass not full, Glass not full"},
		{"a broken local", `
locals { w = nowhere }
vodka "x" { mix = local.w * model.a }
vodka "y" { formula = "${local.w} a" }
vodka "z" {
  for_each = local.w
  mix      = each.value
}
cocktail "u" {
  weights = local.w
  of      = [vodka.x, vodka.z["a"]]
}
`, "Unknown reference"},
		{"all blocks, one of them broken", `
vodka "x" { mix = model.nowhere }
vodka "many" {
  for_each = local.nothing
  mix      = each.value
}
cocktail "y" { mix = sum(values(vodka)) }
`, "Unknown reference, Unknown reference"},
		{"a model with an error", `
model "c" {
  source = "c"
  autov2 = "x"
}
vodka "x" { mix = model.c }
vodka "y" { mix = 0.5 * vodka.x }
`, "Not a digest, Glass not full"},
		{"a mix with an error beside the mix", `
vodka "x" {
  mix   = model.a
  dtype = "fp61"
}
vodka "y" { mix = 0.5 * vodka.x }
`, "Unknown dtype, Glass not full"},
		{"a release with an error", `
release "r" {
  model = 0.5 * model.a
  file  = "r.bin"
}
`, "Glass not full, Not a .safetensors file"},
		{"two cycles", `
vodka "x" { mix = 0.5 * vodka.y + 0.5 * vodka.z }
vodka "y" { mix = vodka.x }
vodka "z" { mix = vodka.x }
vodka "uses them" { mix = vodka.z }
`, "Cycle, Cycle"},
		{"a function that comes later, and a name that is wrong", `
vodka "x" { mix = slerp(model.a, model.c, 0.5) + model.d }
`, "Not available yet, Unknown reference, Unknown reference"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, diags := load(twoModels + c.src)
			if got := strings.Join(summaries(diags), ", "); got != c.want {
				t.Errorf("%s\nwant %s", texts(diags), c.want)
			}
			checkRecipe(t, r)
		})
	}
}

// With errors, a recipe holds what is sound of it.
func TestSoundParts(t *testing.T) {
	r, diags := load(twoModels + `
model "c" {
  source = "c"
  sha256 = "x"
}
vodka "good" { mix = model.a }
vodka "of c" { mix = model.c }
vodka "of of c" { mix = 0.5 * vodka["of c"] + 0.5 * model.a }
vodka "component" {
  mix = model.a
  vae = model.c
}
vodka "typo" {
  mix  = model.a
  dype = "fp16"
}
vodka "of typo" { mix = vodka.typo }
vodka "dtype" {
  mix   = model.a
  dtype = "fp61"
}
vodka "no effect" {
  mix = model.a
  of  = [model.b]
}
cocktail "some" {
  for_each = { good = 1, bad = 2 }
  mix      = each.value * model.a
}
release "good" {
  model = vodka.good
  file  = "good.safetensors"
}
release "same file" {
  model = vodka.good
  file  = "GOOD.safetensors"
}
release "of c" {
  model = vodka["of c"]
  file  = "c.safetensors"
}
`)
	var got []string
	for _, m := range r.Models {
		got = append(got, string(m.Address))
	}
	for _, m := range r.Mixes {
		got = append(got, string(m.Address))
	}
	for _, m := range r.Releases {
		got = append(got, string(m.Address))
	}
	if want := `[model.a model.b cocktail.some["good"] vodka.good release.good]`; fmt.Sprint(got) != want {
		t.Errorf("%v\nwant %s\n%s", got, want, texts(diags))
	}
}

// The same cycles are found wherever the blocks stand.
func TestCyclesAreTheSameInAnyOrder(t *testing.T) {
	blocks := []string{
		"vodka \"x\" { mix = 0.5 * vodka.y + 0.5 * vodka.z }\n", "vodka \"y\" { mix = 0.5 * vodka.x + 0.5 * vodka.z }\n",
		"vodka \"z\" { mix = vodka.x }\n", "vodka \"w\" { mix = vodka.y }\n",
	}
	path := func(diags []string) string { return strings.Join(diags, "; ") }
	var want string
	for i := range blocks {
		_, diags := load(strings.Join(append(append([]string{}, blocks[i:]...), blocks[:i]...), ""))
		var cycles []string
		for _, d := range details(diags) {
			names, _, _ := strings.Cut(d, "\n")
			cycles = append(cycles, names)
		}
		if got := path(cycles); want == "" {
			want = got
		} else if rotated(got) != rotated(want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// rotated writes cycles so that where they begin counts nothing.
func rotated(cycles string) string {
	var out []string
	for _, c := range strings.Split(cycles, "; ") {
		_, ring, _ := strings.Cut(strings.TrimSuffix(c, "."), "itself: ")
		hops := strings.Split(ring, " → ")
		hops = hops[1:]
		best := ""
		for i := range hops {
			if text := strings.Join(append(append([]string{}, hops[i:]...), hops[:i]...), " "); best == "" || text < best {
				best = text
			}
		}
		out = append(out, best)
	}
	return strings.Join(out, "; ")
}
