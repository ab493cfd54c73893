package lang

import (
	"fmt"
	"strings"
	"testing"
)

func TestWeights(t *testing.T) {
	for _, c := range []struct{ weights, of, want, first string }{
		{`"60/20/20"`, `[model.a, model.b, model.c]`, "3/5*model.a + 1/5*model.b + 1/5*model.c", "model.a"},
		{`"3/1/1"`, `[model.a, model.b, model.c]`, "3/5*model.a + 1/5*model.b + 1/5*model.c", "model.a"},
		{`[60, 20, 20]`, `[model.c, model.b, model.a]`, "1/5*model.a + 1/5*model.b + 3/5*model.c", "model.c"},
		{`"60 % / 40 %"`, `[model.a, model.b]`, "3/5*model.a + 2/5*model.b", "model.a"},
		{`"60%/40%"`, `[model.a, model.b]`, "3/5*model.a + 2/5*model.b", "model.a"},
		{`"1/2"`, `[model.a, model.b]`, "1/3*model.a + 2/3*model.b", "model.a"},
		{`"1/1/1"`, `[model.a, model.b, model.c]`, "1/3*model.a + 1/3*model.b + 1/3*model.c", "model.a"},
		{`"0.7/0.3"`, `[model.a, model.b]`, "7/10*model.a + 3/10*model.b", "model.a"},
		{`"100/0"`, `[model.a, model.b]`, "1/1*model.a", "model.a"},
		{`"0/1"`, `[model.a, model.b]`, "1/1*model.b", "model.b"},
		{`"60/35/4"`, `[model.a, model.b, model.c]`, "20/33*model.a + 35/99*model.b + 4/99*model.c", "model.a"}, // a part below 5: plainly parts
		{`"200/100"`, `[model.a, model.b]`, "2/3*model.a + 1/3*model.b", "model.a"},
		{`"20/20"`, `[model.a, model.b]`, "1/2*model.a + 1/2*model.b", "model.a"}, // 40 is too far from 100
		{`["60", 40]`, `[model.a, model.b]`, "3/5*model.a + 2/5*model.b", "model.a"},
		{`[for i in range(3) : i + 1]`, `[for m in [model.a, model.b, model.c] : m]`, "1/6*model.a + 1/3*model.b + 1/2*model.c", "model.a"},
		{`tolist([3, 1])`, `tolist([model.a, model.b])`, "3/4*model.a + 1/4*model.b", "model.a"},
		{`{ x = 60, y = 40 }`, `{ y = model.a, x = model.b }`, "2/5*model.a + 3/5*model.b", "model.a"},
		{`{ y = 3, x = 1 }`, `{ x = model.b, y = model.a }`, "3/4*model.a + 1/4*model.b", "model.b"},
		{`tomap({ x = 60, y = 40 })`, `local.group`, "3/5*model.a + 2/5*model.b", "model.a"},
		{`"60/40"`, `[model.a, model.a]`, "1/1*model.a", "model.a"},
		{`"50/50"`, `[0.5 * model.a + 0.5 * model.b, model.c]`, "1/4*model.a + 1/4*model.b + 1/2*model.c", "model.a"},
		{`"1/2" == "" ? "1/3" : "3/1"`, `[model.a, model.b]`, "3/4*model.a + 1/4*model.b", "model.a"},
	} {
		r := recipe(t, fmt.Sprintf("%smodel \"c\" { source = \"c\" }\nlocals { group = { x = model.a, y = model.b } }\ncocktail \"x\" {\n  weights = %s\n  of = %s\n}\n", twoModels, c.weights, c.of))
		m := r.Mixes[0]
		if got := m.Form.Canonical(); got != c.want || string(m.First) != c.first {
			t.Errorf("%s of %s: %s, first %s; want %s, first %s", c.weights, c.of, got, m.First, c.want, c.first)
		}
	}
}

// Weights that look like per cent must be per cent: all at least 5, their sum
// from 50 to 150.
func TestWeightsThatLookLikePercent(t *testing.T) {
	for _, c := range []struct {
		weights string
		error   bool
	}{
		{"60/40", false}, {"60/20/10", true}, {"60/20/30", true}, {"5/45", true}, {"4/45", false}, {"4.9/94.9", false}, {"5/44.9", false},
		{"75/75", true}, {"75/75.1", false}, {"25/25", true}, {"50", true}, {"100", false}, {"1", false}, {"49", false}, {"33/33/33", true}, {"33.3/33.3/33.4", false},
		{"3%/1%", true}, {"75%/25%", false},
	} {
		n := strings.Count(c.weights, "/") + 1
		of := strings.TrimSuffix(strings.Repeat("model.a, ", n), ", ")
		_, diags := load(fmt.Sprintf("%scocktail \"x\" {\n  weights = %q\n  of = [%s]\n}\n", twoModels, c.weights, of))
		if got := len(diags) == 1 && diags[0].Summary == "Weights do not add up"; got != c.error || diags.HasErrors() != c.error {
			t.Errorf("%s: %s", c.weights, texts(diags))
		}
	}
}

// Weights without a short fraction are shortened, with a note.
func TestWeightsShortened(t *testing.T) {
	for _, body := range []string{
		"weights = [1 + 1e-60, 1]\n  of = [model.a, model.b]",
		"weights = { x = 1 + 1e-60, y = 1 }\n  of = { x = model.a, y = model.b }",
		"weights = [1, 1]\n  of = [model.a + (0.5 + 1e-60) * (model.b - model.a), model.b]",
	} {
		if _, diags := load(twoModels + "cocktail \"x\" {\n  " + body + "\n}\n"); len(diags) != 1 || diags[0].Summary != "Number shortened" {
			t.Errorf("%s: %s", body, texts(diags))
		}
	}
}

func TestUnquotedWeights(t *testing.T) {
	for _, c := range []struct{ weights, want string }{
		{"60/20/20", "60/20/20 is a division, 0.15: write weights = \"60/20/20\"."},
		{"60 / 40", "60/40 is a division, 1.5: write weights = \"60/40\"."},
		{"1/3", "1/3 is a division, 1/3: write weights = \"1/3\"."},
		{"60/0", "Division by zero."},
		{"60/2 + 1", "this is a number"},
	} {
		_, diags := load(fmt.Sprintf("%scocktail \"x\" {\n  weights = %s\n  of = [model.a, model.b]\n}\n", twoModels, c.weights))
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, c.want) {
			t.Errorf("%s: %s", c.weights, texts(diags))
		}
	}
}
