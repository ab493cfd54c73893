package lang

import (
	"bytes"
	"errors"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

var update = flag.Bool("update", false, "write what diagnostics say into testdata/wrong/*.txt; read it before you keep it")

// testOptions stand in for what the program passes in: two methods with every
// kind of parameter and option, and a judge of sources.
var testOptions = Options{
	Methods: MethodTable{
		"weighted_sum": {
			Params: []Param{{Name: "a", Kind: OneModel}, {Name: "b", Kind: OneModel}, {Name: "alpha", Kind: OneScalar, Default: big.NewRat(1, 2)}},
			Linear: func(a Args) (*Form, error) {
				rest, err := Scalar(oneRat).Sub(a.Scalar("alpha"))
				if err != nil {
					return nil, err
				}
				x, err := a.Model("a").Scale(rest)
				if err != nil {
					return nil, err
				}
				y, err := a.Model("b").Scale(a.Scalar("alpha"))
				if err != nil {
					return nil, err
				}
				return x.Add(y)
			},
		},
		"blend": {
			Params: []Param{{Name: "models", Kind: ManyModels}},
			Options: []Option{
				{Name: "scale", Kind: OptionScalar, Default: big.NewRat(1, 1)},
				{Name: "weights", Kind: OptionScalars},
				{Name: "normalize", Kind: OptionBool, Default: true},
				{Name: "mode", Kind: OptionText, Default: "fast", Choices: []string{"fast", "slow"}},
			},
			Linear: blend,
		},
	},
	Sources: func(source string) error {
		if strings.HasPrefix(source, "ftp:") {
			return errors.New("ftp is not known: write a path, https:, hf: or civitai:")
		}
		return nil
	},
}

// blend is the weighted mean of the models, or their weighted sum.
func blend(a Args) (*Form, error) {
	models := a.Models("models")
	weights, err := a.Scalars("weights", len(models))
	if err != nil {
		return nil, err
	}
	sum, total := &Form{}, Coef{}
	for i, m := range models {
		w := Scalar(oneRat)
		if a.Has("weights") {
			w = weights[i]
		}
		scaled, err := m.Scale(w)
		if err != nil {
			return nil, err
		}
		if sum, err = sum.Add(scaled); err != nil {
			return nil, err
		}
		if total, err = total.Add(w); err != nil {
			return nil, err
		}
	}
	factor := a.Scalar("scale")
	if a.Bool("normalize") {
		if factor, err = factor.Div(total); err != nil {
			return nil, a.Errorf("weights", "the weights add up to 0")
		}
	}
	if a.Text("mode") == "slow" && !a.Has("weights") {
		return nil, a.Errorf("weights", "slow needs weights")
	}
	return sum.Scale(factor)
}

// wrongFiles are what file() finds beside the wrong recipes.
func wrongFiles(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob("testdata/wrong/files/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files beside the wrong recipes: %v", err)
	}
	for _, name := range names {
		files[filepath.Base(name)] = read(t, name)
	}
	return files
}

// wrongInputs reads what is given to variables: NAME=VALUE, one a line.
func wrongInputs(t testing.TB, name string) map[string]Input {
	t.Helper()
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string]Input{}
	for line := range strings.Lines(string(data)) {
		variable, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		inputs[variable] = Input{Text: value, From: "--var"}
	}
	return inputs
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each wrong recipe has, beside it, all that its author is told.
func TestWrongRecipes(t *testing.T) {
	recipes, err := filepath.Glob("testdata/wrong/*.hcl")
	if err != nil || len(recipes) < 60 {
		t.Fatalf("%d wrong recipes: %v", len(recipes), err)
	}
	for _, path := range recipes {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".hcl"), func(t *testing.T) {
			files := wrongFiles(t)
			files[name] = read(t, path)
			options := testOptions
			options.Inputs = wrongInputs(t, strings.TrimSuffix(path, ".hcl")+".vars")
			r, diags := LoadBytes(files, ".", options)
			if len(diags) == 0 {
				t.Fatal("nothing is wrong with it")
			}
			checkDiagnostics(t, r, diags)
			var out bytes.Buffer
			if err := WriteDiagnostics(&out, r.Files, diags, 100, false); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(path, ".hcl") + ".txt"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(read(t, golden)), out.String()); diff != "" {
				t.Errorf("the text changed (-want +got):\n%s", diff)
			}
		})
	}
}

// checkDiagnostics holds what is true of every diagnostic.
func checkDiagnostics(t fataler, r *Recipe, diags hcl.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		if d.Summary == "" || d.Detail == "" || len(d.Detail) > 20_000 {
			t.Errorf("diagnostic without text, or with too much: %q, %d bytes", d.Summary, len(d.Detail))
		}
		if d.Severity != hcl.DiagError && d.Severity != hcl.DiagWarning {
			t.Errorf("%s: severity %v", d.Summary, d.Severity)
		}
		if d.Subject == nil {
			continue
		}
		file := r.Files[d.Subject.Filename]
		if file == nil {
			t.Errorf("%s: in %q, which is no file of the recipe", d.Summary, d.Subject.Filename)
			continue
		}
		if s, e := d.Subject.Start, d.Subject.End; s.Byte < 0 || e.Byte < s.Byte || e.Byte > len(file.Bytes) || s.Line < 1 || s.Column < 1 {
			t.Errorf("%s: range %v lies outside of its file of %d bytes", d.Summary, d.Subject, len(file.Bytes))
		}
		if line := 1 + bytes.Count(file.Bytes[:min(d.Subject.Start.Byte, len(file.Bytes))], []byte("\n")); line != d.Subject.Start.Line {
			t.Errorf("%s: line %d, byte %d is in line %d", d.Summary, d.Subject.Start.Line, d.Subject.Start.Byte, line)
		}
	}
}
