package lang

import (
	"fmt"
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"pgregory.net/rapid"
)

// vector is a linear combination by brute force: a number for each name.
type vector map[string]*big.Rat

func (v vector) plus(w vector, factor *big.Rat) vector {
	out := maps.Clone(v)
	for name, r := range w {
		sum := new(big.Rat).Mul(r, factor)
		if old := out[name]; old != nil {
			sum.Add(sum, old)
		}
		out[name] = sum
	}
	return out
}

func (v vector) canonical() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if v[name].Sign() != 0 {
			parts = append(parts, v[name].String()+"*"+name)
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, " + ")
}

var minusOne = big.NewRat(-1, 1)

// expression is one mix in two spellings and by brute force.
type expression struct {
	hcl, formula string
	value        vector
}

// leaf is a block: its address, and its label where that is enough.
type leaf struct{ address, label string }

// genNumber draws a number and two ways to write it: in HCL, and in a formula
// before an ingredient.
func genNumber(t *rapid.T) (r *big.Rat, inHCL, inFormula string) {
	n := rapid.Int64Range(1, 400).Draw(t, "n")
	switch rapid.IntRange(0, 4).Draw(t, "number") {
	case 0:
		r = big.NewRat(n, 100)
		return r, r.FloatString(2), fmt.Sprintf("%d%%", n)
	case 1:
		r = big.NewRat(n, 1000)
		return r, r.FloatString(3), r.FloatString(3)
	case 2:
		d := rapid.Int64Range(2, 9).Draw(t, "d")
		return big.NewRat(n, d), fmt.Sprintf("(%d / %d)", n, d), fmt.Sprintf("%d/%d", n, d)
	case 3:
		r = big.NewRat(n, 1000)
		return r, fmt.Sprintf("%de-3", n), r.FloatString(3)
	}
	return big.NewRat(n, 1), fmt.Sprint(n), fmt.Sprint(n)
}

// genExpression draws an expression over leaves.
func genExpression(t *rapid.T, leaves []leaf, depth int) expression {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind = 0
	}
	sub := func() expression { return genExpression(t, leaves, depth-1) }
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "spelling") }
	switch kind {
	case 1, 2:
		a, b := sub(), sub()
		sign, factor, formulaSign := "+", oneRat, "+"
		if kind == 2 {
			sign, factor, formulaSign = "-", minusOne, pick("-", "−", "–")
		}
		// The right side of a minus needs parentheses; spaces keep names apart.
		return expression{
			fmt.Sprintf("%s %s (%s)", a.hcl, sign, b.hcl),
			fmt.Sprintf("%s %s (%s)", a.formula, formulaSign, b.formula),
			a.value.plus(b.value, factor),
		}
	case 3:
		a := sub()
		return expression{"-(" + a.hcl + ")", pick("-", "−") + "(" + a.formula + ")", vector{}.plus(a.value, minusOne)}
	case 4:
		a := sub()
		r, inHCL, inFormula := genNumber(t)
		h := pick(inHCL+" * (%s)", "(%s) * "+inHCL)
		f := pick(inFormula+" (%s)", inFormula+"(%s)", inFormula+" * (%s)", inFormula+" × (%s)", inFormula+" · (%s)")
		return expression{fmt.Sprintf(h, a.hcl), strings.ReplaceAll(f, "(%s)", "("+a.formula+")"), vector{}.plus(a.value, r)}
	case 5:
		a := sub()
		d := rapid.Int64Range(1, 12).Draw(t, "divisor")
		return expression{fmt.Sprintf("(%s) / %d", a.hcl, d), fmt.Sprintf("(%s)%s%d", a.formula, pick("/", " / ", " ÷ "), d), vector{}.plus(a.value, big.NewRat(1, d))}
	case 6:
		a, b := sub(), sub()
		return expression{
			fmt.Sprintf("weighted_sum(%s, %s, 0.25)", a.hcl, b.hcl),
			fmt.Sprintf("75%% (%s) + 25%%(%s)", a.formula, b.formula),
			vector{}.plus(a.value, big.NewRat(3, 4)).plus(b.value, big.NewRat(1, 4)),
		}
	}
	l := rapid.SampledFrom(leaves).Draw(t, "leaf")
	r, inHCL, inFormula := genNumber(t)
	name := l.label
	if rapid.Bool().Draw(t, "address") {
		name = strings.ReplaceAll(l.address, `"`, "'")
	}
	if rapid.Bool().Draw(t, "alone") {
		return expression{l.address, name, vector{l.address: oneRat}}
	}
	return expression{inHCL + " * " + l.address, inFormula + pick(" ", " * ", "×") + name, vector{l.address: r}}
}

var propertyLeaves = []leaf{{"model.a", "a"}, {"model.V1", "V1"}, {"model.V3", "V3"}, {`model["sd-1.5"]`, "'sd-1.5'"}, {`model["2 words"]`, "'2 words'"}, {`model["512"]`, "'512'"}}

func propertyModels() string {
	var b strings.Builder
	for _, l := range propertyLeaves {
		_, label, _ := Address(l.address).Parts()
		fmt.Fprintf(&b, "model %s { source = \"x\" }\n", quoteHCL(label))
	}
	return b.String()
}

// A mix in HCL, the same in a formula and the sum by brute force are equal.
func TestFormulaIsHCLIsBruteForce(t *testing.T) {
	models := propertyModels()
	rapid.Check(t, func(t *rapid.T) {
		e := genExpression(t, propertyLeaves, 4)
		src := fmt.Sprintf("%svodka \"hcl\" {\n  mix = %s\n  any_mass = true\n}\nvodka \"formula\" {\n  formula = %s\n  any_mass = true\n}\n", models, e.hcl, quoteHCL(e.formula))
		r, diags := load(src)
		if e.value.canonical() == "0" {
			if got := summaries(diags); !slices.Equal(got, []string{"Empty glass", "Empty glass"}) {
				t.Fatalf("%s\nin %s", texts(diags), src)
			}
			return
		}
		if diags.HasErrors() {
			t.Fatalf("%s\nin %s", texts(diags), src)
		}
		for _, m := range r.Mixes {
			if got := m.Form.Canonical(); got != e.value.canonical() {
				t.Fatalf("%s: %s\nwant %s\nin %s", m.Address, got, e.value.canonical(), src)
			}
		}
	})
}

// generated is a recipe of mixes of mixes, as blocks that may stand anywhere.
type generated struct {
	blocks []string
	values map[string]vector // by address, over models
}

// genRecipe draws a recipe whose mixes use models and earlier mixes, in the
// three spellings, some of them with for_each.
func genRecipe(t *rapid.T) generated {
	g := generated{values: map[string]vector{}}
	leaves := slices.Clone(propertyLeaves)
	for _, l := range leaves {
		_, label, _ := Address(l.address).Parts()
		g.blocks = append(g.blocks, fmt.Sprintf("model %s {\n  source = \"x\"\n}\n", quoteHCL(label)))
		g.values[l.address] = vector{l.address: oneRat}
	}
	expand := func(v vector) vector {
		out := vector{}
		for name, r := range v {
			out = out.plus(g.values[name], r)
		}
		return out
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "mixes") {
		kind := rapid.SampledFrom([]string{KindVodka, KindCocktail}).Draw(t, "kind")
		label := fmt.Sprintf("mix%d", i)
		address := kind + "." + label
		body := ""
		value := vector{}
		switch rapid.IntRange(0, 3).Draw(t, "spelling") {
		case 0:
			e := genExpression(t, leaves, 2)
			body, value = "  mix = "+e.hcl+"\n", e.value
		case 1:
			e := genExpression(t, leaves, 2)
			body, value = "  formula = "+quoteHCL(e.formula)+"\n", e.value
		case 2:
			n := rapid.IntRange(1, 4).Draw(t, "n")
			sum, weights, of := new(big.Rat), []string{}, []string{}
			for range n {
				r := big.NewRat(rapid.Int64Range(0, 4).Draw(t, "weight"), 1)
				l := rapid.SampledFrom(leaves).Draw(t, "of")
				sum.Add(sum, r)
				weights, of = append(weights, r.RatString()), append(of, l.address)
				value = value.plus(vector{l.address: oneRat}, r)
			}
			if sum.Sign() == 0 {
				weights, value, sum = append(weights, "1"), vector{leaves[0].address: oneRat}, oneRat
				of = append(of, leaves[0].address)
			}
			value = vector{}.plus(value, new(big.Rat).Inv(sum))
			body = fmt.Sprintf("  weights = %q\n  of = [%s]\n", strings.Join(weights, "/"), strings.Join(of, ", "))
		case 3:
			a, b := genExpression(t, leaves, 1), genExpression(t, leaves, 1)
			body = fmt.Sprintf("  for_each = { \"1.1\" = %s, x = %s }\n  mix = each.value / 2 + model.a\n", a.hcl, b.hcl)
			for key, e := range map[string]expression{"1.1": a, "x": b} {
				g.values[fmt.Sprintf("%s[%q]", address, key)] = expand(vector{}.plus(e.value, big.NewRat(1, 2)).plus(vector{"model.a": oneRat}, oneRat))
			}
			leaves = append(leaves, leaf{address + `["1.1"]`, label + "['1.1']"}, leaf{address + `["x"]`, label + "['x']"})
			g.blocks = append(g.blocks, fmt.Sprintf("%s %q {\n  any_mass = true\n%s}\n", kind, label, body))
			continue
		}
		g.values[address] = expand(value)
		leaves = append(leaves, leaf{address, label})
		g.blocks = append(g.blocks, fmt.Sprintf("%s %q {\n  any_mass = true\n%s}\n", kind, label, body))
	}
	return g
}

// A mix of mixes, flattened, is what putting everything in by brute force
// gives.
func TestFlatteningIsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := genRecipe(t)
		src := strings.Join(g.blocks, "")
		r, diags := load(src)
		for _, d := range diags {
			if d.Severity == hcl.DiagError && d.Summary != "Empty glass" {
				t.Fatalf("%s\nin %s", texts(diags), src)
			}
		}
		for _, m := range r.Mixes {
			if got, want := m.Form.Canonical(), g.values[string(m.Address)].canonical(); got != want {
				t.Fatalf("%s: %s\nwant %s\nin %s", m.Address, got, want, src)
			}
			if (m.First == "") != (len(m.Form.Terms) == 0) || m.First != "" && m.Form.Coef(m.First).IsZero() {
				t.Fatalf("%s: first %q of %s", m.Address, m.First, m.Form.Canonical())
			}
		}
		// Only what is empty, and what is made of it, is missing.
		for address, v := range g.values {
			if strings.HasPrefix(address, "model") || diags.HasErrors() {
				continue
			}
			if !slices.ContainsFunc(r.Mixes, func(m *Mix) bool { return string(m.Address) == address }) {
				t.Fatalf("there is no %s = %s\nin %s", address, v.canonical(), src)
			}
		}
	})
}

// The order of blocks, comments, the layout and the splitting into files change
// nothing.
func TestLayoutChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := genRecipe(t)
		g.blocks = append(g.blocks, "recipe \"r\" {\n  license = \"mit\"\n}\n", "locals {\n  half = 1 / 2\n}\n", "release \"out\" {\n  model = model.a * local.half + local.half * model.V1\n  file = \"x.safetensors\"\n}\n")
		want, wantDiags := LoadBytes(map[string][]byte{"r.hcl": []byte(strings.Join(g.blocks, ""))}, ".", testOptions)

		shuffled := rapid.Permutation(g.blocks).Draw(t, "order")
		files := map[string][]byte{}
		for _, b := range shuffled {
			name := rapid.SampledFrom([]string{"a.hcl", "b.hcl", "c.hcl"}).Draw(t, "file")
			before := rapid.SampledFrom([]string{"", "\n\n", "# 768 + (V3 − V1)\n", "/* model \"z\" {} */ ", "// x\n"}).Draw(t, "comment")
			if rapid.Bool().Draw(t, "layout") {
				b = strings.ReplaceAll(b, "\n", "   # so\n\n\t")
			}
			files[name] = append(files[name], []byte(before+b+"\n")...)
		}
		got, gotDiags := LoadBytes(files, ".", testOptions)
		if diff := cmp.Diff(want.digest(), got.digest()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		a, b := details(wantDiags), details(gotDiags)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("diagnostics (-want +got):\n%s", diff)
		}
		wantGoals, _ := want.Goals(nil, true)
		gotGoals, _ := got.Goals(nil, true)
		if !slices.Equal(wantGoals, gotGoals) {
			t.Fatalf("goals %v, want %v", gotGoals, wantGoals)
		}
	})
}

// details lists what diagnostics say, wherever they say it.
func details(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Summary+": "+d.Detail)
	}
	slices.Sort(out)
	return out
}

// Weights are parts: multiplied by anything, they say the same; so does the
// order of the parts.
func TestWeightsAreParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "n")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 4), n, n).Draw(t, "weights")
		weights[0]++
		factor := big.NewRat(rapid.Int64Range(1, 30).Draw(t, "p"), rapid.Int64Range(1, 30).Draw(t, "q"))
		of := rapid.Permutation(propertyLeaves).Draw(t, "of")[:n]
		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "order")
		mix := func(label string, f *big.Rat, order []int) string {
			var w, o []string
			for _, i := range order {
				w = append(w, "("+new(big.Rat).Mul(f, big.NewRat(weights[i], 1)).RatString()+")")
				o = append(o, of[i].address)
			}
			return fmt.Sprintf("vodka %q {\n  weights = [%s]\n  of = [%s]\n}\n", label, strings.Join(w, ", "), strings.Join(o, ", "))
		}
		r, diags := load(propertyModels() + mix("x", oneRat, slices.Sorted(slices.Values(order))) + mix("y", factor, order))
		if slices.Contains(summaries(diags), "Weights do not add up") {
			return // they look like per cent
		}
		if diags.HasErrors() {
			t.Fatal(texts(diags))
		}
		if x, y := r.Mixes[0].Form, r.Mixes[1].Form; x.Canonical() != y.Canonical() || !x.Mass().isOne() {
			t.Fatalf("%s and, times %v, %s", x.Canonical(), factor, y.Canonical())
		}
	})
}

// Recipes whose tokens were mixed up: nearly right, which byte by byte mutation
// hardly finds.
func TestMangledRecipes(t *testing.T) {
	names, err := filepath.Glob("testdata/wrong/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	var corpus [][]string
	var words []string
	for _, name := range append(names, "testdata/example.hcl") {
		src := read(t, name)
		if len(src) > 5000 || strings.Contains(name, "loops") {
			continue // long to read, not long to say
		}
		tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
		var list []string
		at := 0
		for _, token := range tokens {
			list = append(list, string(src[at:token.Range.End.Byte])) // with the space before it
			at = token.Range.End.Byte
		}
		corpus, words = append(corpus, list), append(words, list...)
	}
	files := wrongFiles(t)
	rapid.Check(t, func(t *rapid.T) {
		tokens := slices.Clone(rapid.SampledFrom(corpus).Draw(t, "recipe"))
		if rapid.Bool().Draw(t, "two") {
			tokens = append(tokens, rapid.SampledFrom(corpus).Draw(t, "other")...)
		}
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			i := rapid.IntRange(0, len(tokens)-1).Draw(t, "at")
			j := rapid.IntRange(0, len(tokens)-1).Draw(t, "and")
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				tokens[i] = ""
			case 1:
				tokens[i], tokens[j] = tokens[j], tokens[i]
			case 2:
				tokens[i] = tokens[j]
			case 3:
				tokens[i] = rapid.SampledFrom(words).Draw(t, "word")
			case 4:
				tokens[i] += rapid.SampledFrom(words).Draw(t, "word")
			}
		}
		checkAny(t, strings.Join(tokens, ""), files)
	})
}
