package lang

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestReadInputs(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", ""},
		{"# nothing\n", ""},
		{"a = 1\nb = \"two\" // a text\nc = [1, \"x\"]\nd = { e = true }\ne = null\nf = -1.5", ""},
		{"a = b", "v:1,5-6: Not a value"},
		{"a = 1\nb = upper(\"x\")", "v:2,5-15: Not a value"},
		{"a = \"${b}\"", "v:1,5-11: Not a value"},
		{"a { b = 1 }", "v:1,1-2: Not a value"},
		{"a = 1\na = 2", "v:2,1-2: Attribute redefined"},
		{"a = [", "v:1,6-6: "},
		{"a = \"\xff\"", "v:1,6-7: Not UTF-8 text"},
		{"a = " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "v:1,"},
	} {
		_, _, diags := ReadInputs("v", []byte(c.src))
		switch {
		case c.want == "" && len(diags) > 0:
			t.Errorf("%.40q: %v", c.src, diags)
		case c.want != "" && (len(diags) == 0 || !strings.HasPrefix(diags[0].Subject.String()+": "+diags[0].Summary, c.want)):
			t.Errorf("%.40q: %v, want %s", c.src, diags, c.want)
		}
	}
	inputs, _, _ := ReadInputs("v", []byte("\na = 1\nb = \"x\""))
	if a, b := inputs["a"], inputs["b"]; a.From != "v:2" || !a.Value.RawEquals(cty.NumberIntVal(1)) || b.From != "v:3" || !b.Value.RawEquals(cty.StringVal("x")) {
		t.Errorf("%+v", inputs)
	}
}

// What is typed is a text where a text is wanted, and HCL elsewhere.
func TestInputTypes(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{
		{"string", "1", `"1"`},
		{"string", `"quoted"`, `"\"quoted\""`},
		{"any", "true", `"true"`},
		{"number", "0.5", "0.5"},
		{"number", "1/3 * 3", "1"},
		{"number", "", ""},
		{"bool", "true", "true"},
		{"bool", "yes", ""},
		{"list(number)", "[1, 2]", "[1, 2]"},
		{"list(string)", "[1, 2]", `["1", "2"]`},
		{"set(string)", `["b", "a", "b"]`, `["a", "b"]`},
		{"map(number)", "{ a = 1 }", "{\n  a = 1\n}"},
		{"object({ a = number, b = optional(string, \"x\") })", "{ a = 1 }", "{\n  a = 1\n  b = \"x\"\n}"},
		{"tuple([number, string])", `[1, "a"]`, `[1, "a"]`},
		{"list(number)", "1, 2", ""},
		{"list(number)", "[var.x]", ""},
		{"list(number)", strings.Repeat("[", 5000), ""},
	} {
		src := map[string][]byte{"r.hcl": []byte("variable \"x\" { type = " + c.typ + " }\nmodel \"a\" { source = \"a.safetensors\" }\nvodka \"v\" { mix = model.a }\n")}
		o := testOptions
		o.Inputs = map[string]Input{"x": {Text: c.text, From: "--var"}}
		r, diags := LoadBytes(src, ".", o)
		if c.want == "" {
			if !diags.HasErrors() {
				t.Errorf("%s from %.40q: %s", c.typ, c.text, r.Variables[0].Value)
			}
			continue
		}
		if diags.HasErrors() || r.Variables[0].Value != c.want || r.Variables[0].Default || r.Variables[0].From != "--var" {
			t.Errorf("%s from %.40q: %+v, %v; want %s", c.typ, c.text, r.Variables, diags, c.want)
		}
	}
}

func TestVariables(t *testing.T) {
	r := recipe(t, `
variable "base" {
  description = "what to begin with"
  default     = model.a
}
variable "shares" { default = { b = 0.25 } }
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "x" {
  count = 2
  mix   = (1 - count.index * var.shares.b) * var.base + count.index * var["shares"]["b"] * model.b
}
cocktail "y" { formula = "50% x[0] + 50% x[1]" }
cocktail "z" { mix = sum([for v in vodka.x : 0.5 * v]) }
`)
	for address, want := range map[Address]string{
		"vodka.x[0]": "1/1*model.a", "vodka.x[1]": "3/4*model.a + 1/4*model.b",
		"cocktail.y": "7/8*model.a + 1/8*model.b", "cocktail.z": "7/8*model.a + 1/8*model.b",
	} {
		if got := r.mix(t, address).Form.Canonical(); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if v := r.Variables[0]; v.Name != "base" || v.Description != "what to begin with" || v.Value != "the model model.a" || !v.Default {
		t.Errorf("%+v", v)
	}
	if goals, diags := r.Goals([]string{"vodka.x[1]"}, false); diags.HasErrors() || len(goals) != 1 || goals[0] != "vodka.x[1]" {
		t.Error(goals, diags)
	}
	if goals, diags := r.Goals([]string{"vodka.x"}, false); diags.HasErrors() || len(goals) != 2 {
		t.Error(goals, diags)
	}
}

func FuzzInputs(f *testing.F) {
	for _, seed := range []string{"a = 1", "a = [1, { b = \"x\" }]\n", "a {}", "a = <<E\nx\nE\n", "a = \"${1 + 2}\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		inputs, _, diags := ReadInputs("v", src)
		for _, d := range diags {
			if d.Summary == "" || d.Detail == "" || d.Subject == nil && d.Summary != "Too many errors" && len(src) <= maxRecipeBytes {
				t.Errorf("an empty diagnostic: %+v", d)
			}
		}
		for name, in := range inputs {
			if name == "" || in.From == "" || !in.Value.IsWhollyKnown() {
				t.Errorf("%q: %+v", name, in)
			}
		}
	})
}
