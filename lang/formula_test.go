package lang

import (
	"slices"
	"strings"
	"testing"
)

// labels are names that all stand for models of that name.
type labels []string

func (l labels) lookup(name string) *formulaName {
	if !slices.Contains(l, name) {
		return nil
	}
	return &formulaName{quantity: pourable(Address(name))}
}

func (l labels) spaced() []string {
	var out []string
	for _, name := range l {
		if strings.Contains(name, " ") {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

func (labels) suggest(string) string            { return "" }
func (labels) used(_ *quantity, start, end int) {}

func TestFormula(t *testing.T) {
	names := labels{"a", "b", "V1", "V3", "512", "768", "2X", "0.5x", "my mix", "my", "my mix two", "a-b", "sd-1.5", "mix-2", "2-mix", "1.1", "é", "a.b", "x-y-z", "50"}
	for _, c := range []struct{ text, want string }{
		// One ingredient, and shares of it.
		{"a", "1/1*a"},
		{"50% a", "1/2*a"}, {"50%a", "1/2*a"}, {"50 % a", "1/2*a"}, {"0.5 a", "1/2*a"}, {"0.5a", "1/2*a"}, {".5a", "1/2*a"}, {"0.5*a", "1/2*a"}, {"0.5 × a", "1/2*a"},
		{"0.5·a", "1/2*a"}, {"0.5⋅a", "1/2*a"}, {"a * 0.5", "1/2*a"}, {"a * 50%", "1/2*a"}, {"a/2", "1/2*a"}, {"a ÷ 2", "1/2*a"}, {"1/2 a", "1/2*a"}, {"1/2(a)", "1/2*a"}, {"50%(a)", "1/2*a"},
		{"2 * 25% a", "1/2*a"}, {"50% 50% a", "1/4*a"}, {"(1/2) a", "1/2*a"}, {"(25 + 25)% a", "1/2*a"}, {"100%/3 a", "1/3*a"}, {"12.5% a", "1/8*a"},
		{"-a", "-1/1*a"}, {"--a", "1/1*a"}, {"+a", "1/1*a"}, {"-50% a", "-1/2*a"}, {"- - 50% a", "1/2*a"}, {"0 a + b", "1/1*b"},
		// Sums and differences, with the signs of posts.
		{"a + b", "1/1*a + 1/1*b"}, {"a+b", "1/1*a + 1/1*b"}, {"a - b", "1/1*a + -1/1*b"}, {"a − b", "1/1*a + -1/1*b"}, {"a – b", "1/1*a + -1/1*b"}, {"a — b", "1/1*a + -1/1*b"},
		{"a −b", "1/1*a + -1/1*b"}, {"V3−V1", "-1/1*V1 + 1/1*V3"}, {"V3-V1", "-1/1*V1 + 1/1*V3"}, {"a - -b", "1/1*a + 1/1*b"}, {"a + -b", "1/1*a + -1/1*b"},
		{"a - (b - a)", "2/1*a + -1/1*b"}, {"50% (V3 − V1)", "-1/2*V1 + 1/2*V3"}, {"a - b - b", "1/1*a + -2/1*b"}, {"a\n\t+ b", "1/1*a + 1/1*b"},
		{"50% a + 50% b", "1/2*a + 1/2*b"}, {"2/3 a + 1/3 b", "2/3*a + 1/3*b"}, {"(a + b)/2", "1/2*a + 1/2*b"}, {"2 (a + b) / 4", "1/2*a + 1/2*b"},
		// Digits that are labels.
		{"512", "1/1*512"}, {"50% 512 + 50% 768", "1/2*512 + 1/2*768"}, {"768 + (V3 − V1)", "1/1*768 + -1/1*V1 + 1/1*V3"}, {"512 + 50% (V3 − V1)", "1/1*512 + -1/2*V1 + 1/2*V3"},
		{"768/2", "1/2*768"}, {"0.5*768", "1/2*768"}, {"768 * 2 / 4", "1/2*768"}, {"(512 + 768) / 2", "1/2*512 + 1/2*768"}, {"512 - 768", "1/1*512 + -1/1*768"},
		{"50% a + 50% b", "1/2*a + 1/2*b"}, {"512 a", "512/1*a"}, {"'512' + 'a'", "1/1*512 + 1/1*a"}, {`"512"`, "1/1*512"}, {"'1.1' + a", "1/1*1.1 + 1/1*a"}, {"1.1 a", "11/10*a"},
		{"2 * '512'", "2/1*512"}, {"'512' * 2", "2/1*512"}, {"2 512", "2/1*512"}, {"50 '50'", "50/1*50"}, {"50% 50", "1/2*50"},
		// The longest label wins.
		{"2X", "1/1*2X"}, {"0.5x", "1/1*0.5x"}, {"0.5 2X", "1/2*2X"}, {"my", "1/1*my"}, {"my mix", "1/1*my mix"}, {"50% my mix + 50% my", "1/2*my + 1/2*my mix"}, {"my mix two", "1/1*my mix two"},
		{"a.b", "1/1*a.b"}, {"é", "1/1*é"},
		// A minus inside a label, where the whole run is one.
		{"sd-1.5", "1/1*sd-1.5"}, {"50% sd-1.5", "1/2*sd-1.5"}, {"mix-2", "1/1*mix-2"}, {"2-mix", "1/1*2-mix"}, {"x-y-z + a", "1/1*a + 1/1*x-y-z"}, {"'a-b'", "1/1*a-b"}, {"a -b", "1/1*a + -1/1*b"},
		{"a- b", "1/1*a + -1/1*b"}, {"b-a", "-1/1*a + 1/1*b"},
	} {
		q, _, troubles := parseFormula(c.text, names)
		if q == nil {
			t.Errorf("%q: %+v", c.text, troubles)
			continue
		}
		if got := q.form.Canonical(); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestFormulaTroubles(t *testing.T) {
	names := labels{"a", "b", "512", "768", "a-b", "q-r", "1.1"}
	for _, c := range []struct{ text, summary, place string }{
		{"", "Empty formula", ""}, {"  ", "Empty formula", "  "},
		{"c", "Unknown ingredient", "c"}, {"'c'", "Unknown ingredient", "'c'"}, {"1.1.2 a", "Unknown ingredient", "1.1.2"}, {"0.5.a", "Unknown ingredient", "0.5.a"}, {"q-r-s", "Unknown ingredient", "q-r-s"},
		{"a-b", "Two readings", "a-b"}, {"512 * 768", "Two readings", "512 * 768"},
		{"'a", "Quote not closed", "'a"}, {"a, b", "Unexpected character", ","}, {"a & b", "Unexpected character", "&"},
		{"a +", "Formula ends early", "+"}, {"a + (", "Formula ends early", "("}, {"−", "Formula ends early", "−"},
		{"(a", "Parenthesis not closed", "("}, {"a)", "Unexpected parenthesis", ")"}, {"()", "Unexpected parenthesis", ")"}, {"a + )", "Unexpected parenthesis", ")"},
		{"a b", "Sign missing", "b"}, {"(a) (b)", "Sign missing", "("}, {"a 50%", "Sign missing", "50"}, {"a (b)", "Sign missing", "("},
		{"* a", "Unexpected sign", "*"}, {"a + / b", "Unexpected sign", "/"}, {"% a", "Unexpected sign", "%"},
		{"a%", "Percent of what", "a%"}, {"(a + b)%", "Percent of what", "(a + b)%"}, {"50%% a", "Two percent signs", "%"},
		{"a + 3", "Number and ingredient", "3"}, {"3 - a", "Number and ingredient", "3"}, {"a + 50%", "Number and ingredient", "50%"}, {"1.1 + a", "Number and ingredient", "1.1"},
		{"a * b", "Ingredient times ingredient", "a * b"}, {"a / b", "Division by an ingredient", "a / b"}, {"1 / a", "Division by an ingredient", "1 / a"},
		{"a / 0", "Calculation not possible", "a / 0"}, {"5", "A number is no mix", "5"}, {"60/20/20", "A number is no mix", "60/20/20"}, {"50%", "A number is no mix", "50%"},
		{strings.Repeat("(", 600), "Formula too deep", "("}, {strings.Repeat("a+", 3000) + "a", "Formula too long", ""}, {strings.Repeat(" ", maxFormula) + "a", "Formula too long", ""},
		{"0." + strings.Repeat("1", 1000) + " a", "Number too long", ""},
	} {
		q, _, troubles := parseFormula(c.text, names)
		name := shorten(c.text, 40)
		if q != nil || len(troubles) != 1 || troubles[0].warning {
			t.Errorf("%q: %v, %+v; want just %s", name, q, troubles, c.summary)
			continue
		}
		got := troubles[0]
		if got.summary != c.summary || got.start < 0 || got.end > len(c.text) || got.end < got.start {
			t.Errorf("%q: %+v, want %s", name, got, c.summary)
		} else if c.place != "" && c.text[got.start:got.end] != c.place {
			t.Errorf("%q: %s at %q, want %q", name, got.summary, c.text[got.start:got.end], c.place)
		}
	}
}

// A number that could have been an ingredient gets a note, once.
func TestFormulaNotes(t *testing.T) {
	names := labels{"a", "512", "50", "1.1"}
	for _, c := range []struct{ text, notes string }{
		{"512 a", "512"}, {"a * 512", "512"}, {"a / 512", "512"}, {"1.1 a", "1.1"}, {"512 (a - 512 a)", "512 512"},
		{"512", ""}, {"50% a", ""}, {"50% 512", ""}, {"2 a", ""}, {"'512'", ""}, {"512 - a", ""},
	} {
		q, _, troubles := parseFormula(c.text, names)
		var notes []string
		for _, n := range troubles {
			if !n.warning || n.summary != "Number that is also a label" {
				t.Errorf("%q: %+v", c.text, n)
			}
			notes = append(notes, c.text[n.start:n.end])
		}
		if got := strings.Join(notes, " "); q == nil || got != c.notes {
			t.Errorf("%q: %v, notes %q, want %q", c.text, q, got, c.notes)
		}
	}
}

// What names stand for in a recipe.
func TestFormulaNames(t *testing.T) {
	models := `
model "a" { source = "a" }
model "sd-1.5" { source = "sd" }
model "my mix (v2)" { source = "m" }
model "512" { source = "512" }
vodka "512" { mix = model.a }
vodka "b" { mix = model.a }
cocktail "many" {
  for_each = { "1.1" = model.a, "two words" = model.sd-1-5 }
  mix      = each.value
}
model "sd-1-5" { source = "sd15" }
model "V3" { source = "V3" }
model "other" { source = "other" }
`
	for _, c := range []struct{ body, want string }{
		{`formula = "a"`, "1/1*model.a"},
		{`formula = "vodka.b"`, "1/1*vodka.b"},
		{`formula = "vodka.512"`, `1/1*vodka["512"]`},
		{`formula = "vodka['512']"`, `1/1*vodka["512"]`},
		{`formula = "model[\"512\"]"`, `1/1*model["512"]`},
		{`formula = "model['my mix (v2)']"`, `1/1*model["my mix (v2)"]`},
		{`formula = "'my mix (v2)'"`, `1/1*model["my mix (v2)"]`},
		{`formula = "model.sd-1.5"`, `1/1*model["sd-1.5"]`},
		{`formula = "sd-1.5"`, `1/1*model["sd-1.5"]`},
		{`formula = "many['1.1']"`, `1/1*cocktail.many["1.1"]`},
		{`formula = "50% cocktail.many [ 'two words' ] + 50% a"`, `1/2*cocktail.many["two words"] + 1/2*model.a`},
		{"formula = \"V3\"\n  with = { V3 = model.other }", "1/1*model.other"},
		{"formula = \"50% base + 50% V3\"\n  with = { base = 0.5 * model.a + 0.5 * model.V3, V3 = model.a }", "3/4*model.a + 1/4*model.V3"},
		{"formula = \"512\"\n  with = { \"512\" = model.a }", "1/1*model.a"},
		{"for_each = { k = model.other }\n  formula = \"50% each.value + 50% a\"", "1/2*model.a + 1/2*model.other"},
		{"for_each = { V3 = 1 }\n  formula = \"50% ${each.key} + 50% a\"", "1/2*model.V3 + 1/2*model.a"},
		{"for_each = { \"1.1\" = 1 }\n  formula = \"many['${each.key}']\"", `1/1*cocktail.many["1.1"]`},
	} {
		r := recipe(t, models+"vodka \"x\" {\n  "+c.body+"\n}\n")
		i := slices.IndexFunc(r.Mixes, func(m *Mix) bool { return strings.HasPrefix(string(m.Address), "vodka.x") })
		if got := r.Mixes[i].Direct; got.Canonical() != c.want && got.Canonical() != sortedForm(t, c.want) {
			t.Errorf("%s: %s, want %s", c.body, got.Canonical(), c.want)
		}
	}
}

// sortedForm sorts the terms of a canonical text.
func sortedForm(t testing.TB, text string) string {
	var terms []Term
	for _, part := range strings.Split(text, " + ") {
		number, leaf, _ := strings.Cut(part, "*")
		terms = append(terms, Term{Address(leaf), Scalar(rat(number))})
	}
	f, err := NewForm(terms...)
	if err != nil {
		t.Fatal(err)
	}
	return f.Canonical()
}

// A diagnostic points into the literal.
func TestFormulaPlaces(t *testing.T) {
	for _, c := range []struct{ formula, place string }{
		{`"50% a + 50% cc"`, "cc"},
		{`"50% a − 50% cc"`, "cc"},
		{`"50% \"a\" + 50% cc"`, `"50% \"a\" + 50% cc"`}, // escapes: the whole
		{`"50% ${"a"} + 50% cc"`, `"50% ${"a"} + 50% cc"`},
	} {
		src := twoModels + "vodka \"x\" { formula = " + c.formula + " }\n"
		_, diags := load(src)
		if len(diags) != 1 || diags[0].Summary != "Unknown ingredient" {
			t.Errorf("%s: %s", c.formula, texts(diags))
			continue
		}
		if got := string(diags[0].Subject.SliceBytes([]byte(src))); got != c.place {
			t.Errorf("%s: %q, want %q", c.formula, got, c.place)
		}
	}
}

// A name of a block that failed is not reported again, with or without a key.
func TestFormulaOfBrokenBlocks(t *testing.T) {
	_, diags := load(twoModels + `
vodka "many" {
  for_each = nowhere.at.all
  mix      = each.value
}
choose "best" { from = [model.a] }
vodka "x" { formula = "50% many['1.1'] + 50% best" }
vodka "y" { formula = "50% many + 50% choose.best.winner" }
vodka "z" { formula = "50% c + 50% many" }
`)
	if got := strings.Join(summaries(diags), ", "); got != "Unknown reference, Missing attribute, Unknown ingredient" {
		t.Errorf("%s", texts(diags))
	}
}
