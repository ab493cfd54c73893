package lang

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// slow is far beyond what any input of a fuzzer takes; it is here for what
// would take for ever.
const slow = 30 * time.Second

// Whatever a formula is, it is a mix or there is an error, every error has a
// place in it, and parentheses around it change nothing.
func FuzzFormula(f *testing.F) {
	for _, seed := range []string{
		"a", "50% a + 50% b", "512 + 50% (V3 − V1)", "768 + (V3-V1)", "0.5a", "a/2 + b ÷ 2", "2X", "'my mix' + \"a\"", "sd-1.5 - a-b", "my mix two", "1.1 a", "512 * 768", "a b", "((a", "a))", "50%% a",
		"−", "'", "a, b", "60/20/20", "a / 0", "- - + a", ".5.5 a", "1.1.1", "a.b", "é – a", "e\u0301", "each.value", "model['a']", "50% a&b", "100000000000000000000000 a", "0.0000000000000000000001a", "((((((((a))))))))", "%", "(a+b)%", "a%",
	} {
		f.Add(seed)
	}
	names := labels{"a", "b", "V1", "V3", "512", "768", "2X", "my mix", "my", "my mix two", "a-b", "sd-1.5", "1.1", "é", "a.b", "x-y-z", "50"}
	f.Fuzz(func(t *testing.T, text string) {
		text = cty.NormalizeString(text) // as HCL gives it
		if !utf8.ValidString(text) {
			t.Skip("HCL gives no such text")
		}
		start := time.Now()
		q, _, troubles := parseFormula(text, names)
		if took := time.Since(start); took > slow {
			t.Fatalf("%d bytes took %v", len(text), took)
		}
		failed := false
		for _, tr := range troubles {
			failed = failed || !tr.warning
			if tr.summary == "" || tr.detail == "" || tr.start < 0 || tr.end < tr.start || tr.end > len(text) || !utf8.ValidString(text[tr.start:tr.end]) || !utf8.ValidString(text[:tr.start]) {
				t.Fatalf("%q: %+v", text, tr)
			}
		}
		if (q == nil) != failed {
			t.Fatalf("%q: %v, %+v", text, q, troubles)
		}
		if q == nil {
			return
		}
		for _, leaf := range q.form.Leaves() {
			if !slices.Contains(names, string(leaf)) {
				t.Fatalf("%q: %s", text, q.form.Canonical())
			}
		}
		for _, c := range []struct {
			format string
			factor int64
		}{{"(%s)", 1}, {"1 (%s)", 1}, {"50%% (%s) * 4", 2}, {"-(%s)", -1}, {"(%[1]s) + (%[1]s)", 2}, {"(%[1]s) − (%[1]s)", 0}} {
			around, _, troubles := parseFormula(fmt.Sprintf(c.format, text), names)
			if around == nil {
				if slices.ContainsFunc(troubles, func(tr formulaTrouble) bool {
					return strings.HasPrefix(tr.summary, "Formula too") || strings.Contains(tr.detail, errTooLong.Error()[2:])
				}) {
					continue
				}
				t.Fatalf("%q within %q: %+v", text, c.format, troubles)
			}
			want, err := q.form.Scale(Scalar(big.NewRat(c.factor, 1)))
			if err != nil || around.form.Canonical() != want.Canonical() {
				t.Fatalf("%q within %q: %s, want %s, %v", text, c.format, around.form.Canonical(), want.Canonical(), err)
			}
		}
	})
}

// Weights are numbers with / between them: shares in proportion, which add up
// to a whole, or an error.
func FuzzWeights(f *testing.F) {
	for _, seed := range []string{"60/20/20", "3/1/1", "60 % / 40%", "60/20/10", "0/0", "-1/2", "1e3/.5", "1//2", "", "/", "a/b", "1/3 ", "60, 40", "1e1000/1e-1000", "00/1", "+5/5", "0x10/1", "١/٢", strings.Repeat("1/", 50) + "1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		parts, err := parseWeights(text)
		if took := time.Since(start); took > slow {
			t.Fatalf("%d bytes took %v", len(text), took)
		}
		pieces := strings.Split(text, "/")
		if err != nil {
			return
		}
		if len(parts) != len(pieces) {
			t.Fatalf("%q: %d weights", text, len(parts))
		}
		for i, p := range parts {
			digits := strings.Trim(pieces[i], " \t\n\v\f\r\u0085\u00a0%")
			if want, ok := new(big.Rat).SetString(digits); ok && want.Cmp(p) != 0 {
				t.Fatalf("%q: the %s is %v, want %v", text, ordinal(i+1), p, want)
			}
		}
		if len(parts) > 30 || !utf8.ValidString(text) {
			return
		}
		var src, of strings.Builder
		for i := range parts {
			fmt.Fprintf(&src, "model \"m%02d\" { source = \"x\" }\n", i)
			fmt.Fprintf(&of, "model.m%02d, ", i)
		}
		fmt.Fprintf(&src, "vodka \"x\" {\n  weights = %s\n  of = [%s]\n}\n", quoteHCL(text), of.String())
		r, diags := load(src.String())
		if diags.HasErrors() {
			for _, d := range diags {
				if d.Summary != "Weights not usable" && d.Summary != "Weights do not add up" && d.Summary != "Mix not possible" {
					t.Fatalf("%q: %s", text, texts(diags))
				}
			}
			return
		}
		sum := new(big.Rat)
		for _, p := range parts {
			sum.Add(sum, p)
		}
		form := r.Mixes[0].Form
		for i, p := range parts {
			share := form.Coef(Address(fmt.Sprintf("model.m%02d", i)))
			if got := new(big.Rat).Mul(share.At(""), sum); got.Cmp(p) != 0 {
				t.Fatalf("%q: the %s share is %v of %v, want %v", text, ordinal(i+1), share, sum, p)
			}
		}
		if !form.Mass().isOne() {
			t.Fatalf("%q: mass %v", text, form.Mass())
		}
	})
}

// Whatever a recipe is, reading it ends soon and gives the same each time; what
// is wrong has a place; what is right can be mixed.
func FuzzRecipe(f *testing.F) {
	seeds, err := filepath.Glob("testdata/wrong/*.hcl")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range append(seeds, "testdata/example.hcl") {
		if src := read(f, name); len(src) < 3000 && !strings.Contains(name, "loops") { // the loops take a second
			f.Add(string(src))
		}
	}
	for _, seed := range []string{goalsRecipe + goalsReleases, propertyModels() + `
locals {
  w    = by_block("0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e-3", { layout = "mecha" })
  list = [for i in range(4) : i * 2 if i != 1]
  text = <<-EOT
    %{ for x in local.list }${x} %{ endfor }
  EOT
}
vodka "x" { mix = local.w * model.a + (1 - local.w) * model.V1 }
cocktail "y" {
  for_each = { for i, m in [model.a, vodka.x] : "n${i}" => m }
  formula  = "50% each.value + 25% '512' + 1/4 (a + V3 − V1)"
}
vodka "z" {
  mix = blend([model.a, model["sd-1.5"]], { weights = [1, 2], mode = "slow" })
  vae = model.V3
}
release "r" {
  model = cocktail.y["n1"]
  file  = "${file("prompts.txt") == "" ? "a" : "b"}.safetensors"
  dtype = { unet = "fp16", "*" = "bf16" }
}
`} {
		f.Add(seed)
	}
	files := wrongFiles(f)
	f.Fuzz(func(t *testing.T, src string) { checkAny(t, src, files) })
}

// checkAny reads a recipe, right or wrong.
func checkAny(t fataler, src string, files map[string][]byte) {
	input := map[string][]byte{"r.hcl": []byte(src)}
	for name, data := range files {
		input[name] = data
	}
	start := time.Now()
	r, diags := LoadBytes(input, ".", testOptions)
	if took := time.Since(start); took > slow {
		t.Fatalf("%d bytes took %v", len(src), took)
	}
	if len(diags) > maxDiagnostics+1 {
		t.Fatalf("%d diagnostics", len(diags))
	}
	checkDiagnostics(t, r, diags)
	if err := WriteDiagnostics(io.Discard, r.Files, diags, 80, true); err != nil {
		t.Fatalf("%v", err)
	}
	if _, err := json.Marshal(JSONDiagnostics(r.Files, diags)); err != nil {
		t.Fatalf("%v", err)
	}
	again, diags2 := LoadBytes(input, ".", testOptions)
	if a, b := r.digest()+texts(diags), again.digest()+texts(diags2); a != b {
		t.Fatalf("read again, it is another:\n%s\nand\n%s", a, b)
	}
	checkRecipe(t, r)
	goals, goalDiags := r.Goals(nil, true)
	if goalDiags.HasErrors() || len(goals) != len(r.Mixes)+len(r.Releases) {
		t.Fatalf("goals %v, %s", goals, texts(goalDiags))
	}
	if diags.HasErrors() {
		return
	}
	if len(r.failures) != 0 {
		t.Fatalf("no error, but %v failed", r.failures)
	}
	for _, g := range goals {
		if one, d := r.Goals([]string{string(g)}, false); d.HasErrors() || !slices.Equal(one, []Address{g}) {
			t.Fatalf("goal %s: %v, %s", g, one, texts(d))
		}
	}
}

// fataler is a test, a fuzz test or a property test.
type fataler interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// checkRecipe holds what is true of all that a recipe gives.
func checkRecipe(t fataler, r *Recipe) {
	t.Helper()
	models, mixes := map[Address]bool{}, map[Address]bool{}
	for _, m := range r.Models {
		models[m.Address] = true
	}
	for _, m := range r.Mixes {
		mixes[m.Address] = true
	}
	check := func(address Address, form, direct *Form, first Address, p Pour) {
		if mass := form.Mass(); !mass.isOne() && !p.AnyMass || len(form.Terms) == 0 {
			t.Fatalf("%s has the mass %v", address, mass)
		}
		for _, component := range []*Form{p.VAE, p.CLIP} {
			if component != nil && !component.Mass().isOne() {
				t.Fatalf("%s: a component of the mass %v", address, component.Mass())
			}
		}
		for _, leaf := range form.Leaves() {
			if !models[leaf] {
				t.Fatalf("%s is made of %s, which is no model", address, leaf)
			}
		}
		for _, leaf := range direct.Leaves() {
			if !models[leaf] && !mixes[leaf] {
				t.Fatalf("%s names %s, which is nothing", address, leaf)
			}
		}
		if form.Coef(first).IsZero() {
			t.Fatalf("%s: the first of %s is %q", address, form.Canonical(), first)
		}
		if !slices.IsSortedFunc(form.Terms, func(a, b Term) int { return strings.Compare(string(a.Leaf), string(b.Leaf)) }) {
			t.Fatalf("%s is not sorted", address)
		}
	}
	for _, m := range r.Mixes {
		check(m.Address, m.Form, m.Direct, m.First, m.Pour)
	}
	for _, rel := range r.Releases {
		check(rel.Address, rel.Form, rel.Direct, rel.First, rel.Pour)
		if !strings.HasSuffix(rel.File, ".safetensors") {
			t.Fatalf("%s goes to %q", rel.Address, rel.File)
		}
		if kind, _, _ := rel.Address.Parts(); kind != "release" {
			t.Fatalf("%s is taken for a %q", rel.Address, kind)
		}
	}
}
