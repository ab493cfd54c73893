package lang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForEach(t *testing.T) {
	for _, c := range []struct {
		name, forEach, mix, want string
	}{
		{"a map", `{ x = 0.25, "1.1" = 0.5 }`, `each.value * model.a + (1 - each.value) * model.b`,
			`vodka.v["1.1"]: 0.5 * model.a + 0.5 * model.b; vodka.v["x"]: 0.25 * model.a + 0.75 * model.b`},
		{"a set of texts", `toset(["b", "a", "b"])`, `model[each.key]`, `vodka.v["a"]: model.a; vodka.v["b"]: model.b`},
		{"each.value of a set", `toset(["b"])`, `model[each.value]`, `vodka.v["b"]: model.b`},
		{"models", `{ x = model.a, y = model.b }`, `each.value`, `vodka.v["x"]: model.a; vodka.v["y"]: model.b`},
		{"differences", `{ x = model.a - model.b }`, `model.b + 0.5 * each.value`, `vodka.v["x"]: 0.5 * model.b + 0.5 * model.a`},
		{"objects of several kinds", `{ x = { of = model.a, w = 1 }, y = { of = model.b, w = 0.5 + 0.5 } }`, `each.value.w * each.value.of`, `vodka.v["x"]: model.a; vodka.v["y"]: model.b`},
		{"another block's instances", `vodka.other`, `0.5 * each.value + 0.5 * model.a`, `vodka.v["p"]: 0.5 * vodka.other["p"] + 0.5 * model.a; vodka.v["q"]: 0.5 * vodka.other["q"] + 0.5 * model.a`},
		{"a for expression", `{ for i, m in [model.a, model.b] : "n${i}" => m }`, `each.value`, `vodka.v["n0"]: model.a; vodka.v["n1"]: model.b`},
		{"a local", `local.named`, `each.value`, `vodka.v["x"]: model.a`},
		{"nothing", `{}`, `each.value`, ``},
		{"the empty set", `toset([])`, `model.a`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recipe(t, fmt.Sprintf(`%s
locals { named = { x = model.a } }
vodka "other" {
  for_each = { p = model.a, q = model.b }
  mix      = each.value
}
vodka "v" {
  for_each = %s
  mix      = %s
}
`, twoModels, c.forEach, c.mix))
			var got []string
			for _, m := range r.Mixes {
				if strings.HasPrefix(string(m.Address), "vodka.v") {
					got = append(got, fmt.Sprintf("%s: %s", m.Address, m.Text))
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestForEachOnModels(t *testing.T) {
	r := recipe(t, `
model "m" {
  for_each = { a = "1@2", b = "3@4" }
  source   = "civitai:${each.value}"
  license  = each.key
}
vodka "x" { mix = sum([for m in model.m : m / 2]) }
vodka "y" { mix = model.m["a"] }
`)
	if got := fmt.Sprint(*r.Models[0], r.mix(t, "vodka.x").Text, r.mix(t, "vodka.y").Text); !strings.Contains(got, `model.m["a"] civitai:1@2`) || !strings.Contains(got, `0.5 * model.m["a"] + 0.5 * model.m["b"]`) {
		t.Error(got)
	}
}

func TestLocals(t *testing.T) {
	r := recipe(t, `
vodka "x" { mix = local.w * local.base + local.gap * local.scale }
locals {
  gap   = 0.5 * (model.b - local.base)
  scale = length(local.list) - 1
}
locals {
  list = [1, 2]
  base = model.a
  w    = local.list[0]
}
`+twoModels)
	if got := r.Mixes[0].Text; got != "0.5 * model.a + 0.5 * model.b" {
		t.Error(got)
	}
}
