package lang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The example of the language's page uses all that the language has. What this
// version does not have is said once for each block, and nothing else is said:
// what depends on such a block is silent.
func TestExample(t *testing.T) {
	src := read(t, "testdata/example.hcl")
	r, diags := LoadBytes(map[string][]byte{"example.hcl": src}, ".", testOptions)
	var got []string
	for _, d := range diags {
		if d.Summary != "Not available yet" {
			t.Errorf("%s", texts(diags[:1]))
		}
		block := r.Files["example.hcl"].OutermostBlockAtPos(d.Subject.Start)
		got = append(got, block.Type+" "+strings.Join(block.Labels, " "))
	}
	want := []string{
		"model bloodymary", "dataset midjourney", "train r512", "train r768", "grid bases", "grid final", "choose final",
	}
	if !slices.Equal(got, want) {
		t.Errorf("not available: %q\nwant %q", got, want)
	}
	// What does not depend on them is there.
	var sound []string
	for _, m := range r.Models {
		sound = append(sound, string(m.Address))
	}
	if got, want := strings.Join(sound, " "), "model.V1 model.V3 model.dreamshaper model.epicrealism model.realistic_vision model.revanimated model.sd15"; got != want || len(r.Mixes) != 0 || len(r.Releases) != 0 {
		t.Errorf("sound: %s, %d mixes, %d releases", got, len(r.Mixes), len(r.Releases))
	}
	if r.Name != "cosmopolitan" || r.License != "creativeml-openrail-m" {
		t.Errorf("%q %q", r.Name, r.License)
	}
}

// The part of the example that this version can do, with what comes later
// replaced as the diagnostics say.
func TestExampleForNow(t *testing.T) {
	src := string(read(t, "testdata/example.hcl"))
	mixes := src[strings.Index(src, `vodka "mix1"`):strings.Index(src, `grid "final"`)]
	models := src[strings.Index(src, `model "sd15"`):strings.Index(src, `model "bloodymary"`)]
	r := recipe(t, models+mixes+`
model "512" { source = "epoch80.safetensors" }
model "768" { source = "epoch30.safetensors" }
release "cosmopolitan" {
  model = cocktail.trained["1.1"]
  file  = "out/cosmopolitan.safetensors"
  dtype = { unet = "fp16", clip = "fp16", vae = "fp32" }
}
`)
	for _, c := range []struct{ address, want string }{
		{"vodka.mix1", `1/2*model["512"] + 1/2*model["768"]`},
		{"vodka.mix2", `-1/2*model.V1 + 1/2*model.V3 + 1/1*model["512"]`},
		{"vodka.mix3", `-1/2*model.V1 + 1/2*model.V3 + 1/1*model["768"]`},
		{"vodka.mix4", `-1/2*model.V1 + 1/2*model.V3 + 1/2*model["512"] + 1/2*model["768"]`},
		{`cocktail.trained["1.1"]`, `-3/10*model.V1 + 3/10*model.V3 + 1/5*model.dreamshaper + 1/5*model.epicrealism + 3/5*model["512"]`},
		{`cocktail.trained["3.1"]`, `-3/10*model.V1 + 3/10*model.V3 + 1/5*model.dreamshaper + 1/5*model.epicrealism + 3/10*model["512"] + 3/10*model["768"]`},
		{`cocktail.merged["2.2"]`, `-3/10*model.V1 + 3/10*model.V3 + 1/5*model.realistic_vision + 1/5*model.revanimated + 3/5*model["768"]`},
	} {
		if got := r.mix(t, Address(c.address)).Form.Canonical(); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.address, got, c.want)
		}
	}
	if got := r.Releases[0].Pour.digest(); got != `clip=F16 unet=F16 vae=F32 ; ; "" false false false` {
		t.Error(got)
	}
}

// Every diagnostic that the code can give has a wrong recipe, or a test of its
// own where no single recipe can show it.
func TestEveryDiagnosticHasARecipe(t *testing.T) {
	elsewhere := []string{
		"Recipe not readable", "Unknown address", "Nothing to make", "Goal not sound", "Not a value", // load_test.go, goals_test.go, inputs_test.go
		"Expression too deep", "Formula too deep", "Formula too long", "Value too large", "Too many errors", // foreach_test.go, formula_test.go
	}
	golden, err := filepath.Glob("testdata/wrong/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, name := range golden {
		for _, line := range strings.Split(string(read(t, name)), "\n") {
			if _, summary, ok := strings.Cut(line, "Error: "); ok {
				shown[summary] = true
			} else if _, summary, ok := strings.Cut(line, "Warning: "); ok {
				shown[summary] = true
			}
		}
	}
	given := summariesInCode(t)
	if len(given) < 60 {
		t.Fatalf("found %d summaries in the code, which cannot be all", len(given))
	}
	for _, summary := range sortedKeys(given) {
		if !shown[summary] && !slices.Contains(elsewhere, summary) {
			t.Errorf("no wrong recipe shows %q (%s)", summary, given[summary])
		}
	}
	for _, summary := range elsewhere {
		if given[summary] == "" {
			t.Errorf("the code does not give %q", summary)
		}
	}
}

// summariesInCode finds the summaries of the diagnostics in the package's
// source: the text before the detail in calls, the Summary in literals.
func summariesInCode(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	positions := token.NewFileSet()
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[text] = fmt.Sprint(positions.Position(lit.Pos()))
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(positions, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					called = f.Sel.Name
				case *ast.Ident:
					called = f.Name
				}
				if called == "fail" || called == "warn" || called == "trouble" || called == "trap" {
					take(n.Args[max(len(n.Args)-2, 0)])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && strings.EqualFold(key.Name, "summary") {
					take(n.Value)
				}
			case *ast.CompositeLit:
				if name, ok := n.Type.(*ast.Ident); ok && name.Name == "formulaTrouble" && len(n.Elts) == 5 {
					take(n.Elts[2])
				}
			}
			return true
		})
	}
	return found
}
