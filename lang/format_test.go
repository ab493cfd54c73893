package lang

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"blank lines alone", "\n \n\t\n", ""},
		{"a comment alone", "# why\n", "# why\n"},
		{"no line end", "a = 1", "a = 1\n"},
		{"blanks around =", "a=1\nbcd   =   2\n", "a   = 1\nbcd = 2\n"},
		{"a column for neighbours alone", "a = 1\n\nbcd = 2\n", "a = 1\n\nbcd = 2\n"},
		{"indentation", "vodka \"x\" {\nmix = 1\n      any_mass = true\n}\n", "vodka \"x\" {\n  mix      = 1\n  any_mass = true\n}\n"},
		{"a block on a line", "model   \"a\"{source=\"a\"}\nmodel \"b\" { source = \"b\" }\n", "model \"a\" { source = \"a\" }\nmodel \"b\" { source = \"b\" }\n"},
		{"blocks without a blank line", "a {\n}\nb {\n}\n", "a {\n}\nb {\n}\n"},
		{"many blank lines", "\n\n\na = 1\n\n\n\n# b\n\n\nb = 2\n\n\n", "a = 1\n\n# b\n\nb = 2\n"},
		{"blank lines at the ends of a block", "a {\n\n\n  b = 1\n\n  c = 2\n\n}\n", "a {\n  b = 1\n\n  c = 2\n}\n"},
		{"blank lines at the ends of a list", "a = [\n\n  1,\n\n  2,\n\n]\n", "a = [\n  1,\n\n  2,\n]\n"},
		{"blank lines in a map", "a = {\n\n  b = 1\n\n\n  c = 2\n}\n", "a = {\n  b = 1\n\n  c = 2\n}\n"},
		{"blank lines in brackets", "a = (\n\n  1 +\n\n\n  2\n\n)\n", "a = (\n  1 +\n\n  2\n)\n"},
		{"an empty block", "a {\n\n\n}\n", "a {\n}\n"},
		{"a comment after a bracket", "a { # why\n\n  b = 1\n}\n", "a { # why\n  b = 1\n}\n"},
		{"a comment before a bracket", "a {\n  b = 1\n\n  # end\n\n}\n", "a {\n  b = 1\n\n  # end\n}\n"},
		{"comments of all kinds", "# a\n// b\n/* c */ d = 1 /* e */ // f\n", "# a\n// b\n/* c */ d = 1 /* e */ // f\n"},
		{"a comment with blank lines", "/* a\n\n\n   b */\nc = 1\n", "/* a\n\n\n   b */\nc = 1\n"},
		{"blanks at the end of a comment", "# a  \nb = 1\n", "# a  \nb = 1\n"},
		{"a comment at the end of the file", "a = 1\n# b", "a = 1\n# b\n"},
		{"blanks at the end of a line", "a = 1   \nb {   \n}\t\n", "a = 1\nb {\n}\n"},
		{"tabs", "a {\n\tb\t=\t1\n}\n", "a {\n  b = 1\n}\n"},
		{"a heredoc", "a = <<E\n\n\n  x  \n\n\n\n    y\nE\n\n\n\nb = 1\n", "a = <<E\n\n\n  x  \n\n\n\n    y\nE\n\nb = 1\n"},
		{"a heredoc that is indented", "v {\n  a = <<-E\n    x\n\n\n      y  \n  E\n\n}\n", "v {\n  a = <<-E\n    x\n\n\n      y  \n  E\n}\n"},
		{"a heredoc with a template", "a = <<E\n${ upper( \"x\" ) }\n\n\n%{ if true }\n\n\n%{ endif }\nE\n", "a = <<E\n${upper(\"x\")}\n\n\n%{if true}\n\n\n%{endif}\nE\n"},
		{"a text with templates", "a=\"x ${b}  ${ c [ 0 ] } $${\"\n", "a = \"x ${b}  ${c[0]} $${\"\n"},
		{"letters of the world", "größe = \"✓\"\na = \"−\"\n", "größe = \"✓\"\na     = \"−\"\n"},
		{"operators", "a=1+2*-b\nc=!d&&e||f\ng=h?i:j\n", "a = 1 + 2 * -b\nc = !d && e || f\ng = h ? i : j\n"},
		{"calls", "a = f ( 1,2 , g( ) )\nb = f(c...)\n", "a = f(1, 2, g())\nb = f(c...)\n"},
		{"indexes", "a = b [ 0 ] . c [ \"d\" ] . * . e\n", "a = b[0].c[\"d\"].*.e\n"},
		{"a for", "a = [for x in [1,2]:x*2 if x>1]\nb = {for k,v in c:k=>v...}\n", "a = [for x in [1, 2] : x * 2 if x > 1]\nb = { for k, v in c : k => v... }\n"},
		{"a map", "a = {b=1,c:2,(d)=3}\n", "a = { b = 1, c : 2, (d) = 3 }\n"},
		{"a map over lines", "a = {\nb=1,\n  cde=2,\n}\n", "a = {\n  b   = 1,\n  cde = 2,\n}\n"},
		{"a list over lines", "a = [\n1,2,\n      3\n]\n", "a = [\n  1, 2,\n  3\n]\n"},
		{"a condition over lines", "a = (\nb ?\nc :\nd\n)\n", "a = (\n  b ?\n  c :\n  d\n)\n"},
		{"the line ends of Windows", "a = 1\r\n\r\n\r\n\r\nbc=2\r\n", "a = 1\r\n\r\nbc = 2\r\n"},
		{"a lone return in a comment", "# a\r\nb = 1\r\n", "# a\r\nb = 1\r\n"},
		{"minus signs", "a = b-c\nd = b - c\ne = -  f\n", "a = b-c\nd = b - c\ne = -f\n"},
		{"formulas stay", "formula = \"512   +  50%(V3−V1)\"\n", "formula = \"512   +  50%(V3−V1)\"\n"},
	} {
		got, diags := Format("r.hcl", []byte(c.src))
		if diags.HasErrors() {
			t.Errorf("%s: %v", c.name, diags)
			continue
		}
		if string(got) != c.want {
			t.Errorf("%s:\n%q\nwant\n%q", c.name, got, c.want)
		}
		checkFormat(t, []byte(c.src), got)
	}
}

// checkFormat holds what is true of whatever is formatted: once more changes
// nothing, and only blanks and line ends differ.
func checkFormat(t fataler, src, out []byte) {
	t.Helper()
	if again, diags := Format("r.hcl", out); diags.HasErrors() || !bytes.Equal(again, out) {
		t.Errorf("formatted again:\n%s\nonce:\n%s\n%v", again, out, diags)
	}
	squeeze := func(b []byte) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n", r) {
				return -1
			}
			return r
		}, string(b))
	}
	if a, b := squeeze(src), squeeze(out); a != b {
		t.Errorf("more than blanks changed:\n%s\n%s", src, out)
	}
	if a, b := shape(src), shape(out); a != b {
		t.Errorf("another structure:\n%s\n%s", a, b)
	}
}

// shape is the structure of a file: its attributes with the tokens of their
// values, and its blocks.
func shape(src []byte) string {
	file, diags := hclsyntax.ParseConfig(src, "r.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return diags.Error()
	}
	var b strings.Builder
	var walk func(body *hclsyntax.Body)
	walk = func(body *hclsyntax.Body) {
		for _, attr := range sortedAttributes(body) {
			tokens, _ := hclsyntax.LexExpression(attr.Expr.Range().SliceBytes(src), "r.hcl", hcl.InitialPos)
			fmt.Fprintf(&b, "%s =", attr.Name)
			for _, t := range tokens {
				if t.Type != hclsyntax.TokenNewline {
					fmt.Fprintf(&b, " %q", strings.TrimRight(string(t.Bytes), "\r\n"))
				}
			}
			b.WriteByte('\n')
		}
		for _, block := range body.Blocks {
			fmt.Fprintf(&b, "%s %q {\n", block.Type, block.Labels)
			walk(block.Body)
			b.WriteString("}\n")
		}
	}
	walk(file.Body.(*hclsyntax.Body))
	return b.String()
}

func TestFormatTrouble(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a = [", "r.hcl:1,6-6"},
		{"a = \"\xff\"", "r.hcl:1,6-7"},
		{"a = " + strings.Repeat("(", 3000), "r.hcl:1,"},
		{strings.Repeat("# a\n", maxRecipeBytes/4+1), ""},
	} {
		out, diags := Format("r.hcl", []byte(c.src))
		if out != nil || !diags.HasErrors() || c.want != "" && !strings.HasPrefix(diags[0].Subject.String(), c.want) {
			t.Errorf("%.40q: %.40q, %v", c.src, out, diags)
		}
	}
}

// The recipes of this repository are laid out.
func TestRecipesAreFormatted(t *testing.T) {
	names, err := filepath.Glob("../recipes/*/*.hcl")
	more, _ := filepath.Glob("../testdata/python/*.hcl")
	names = append(append(names, more...), "testdata/example.hcl")
	if err != nil || len(names) < 8 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		src := read(t, name)
		out, diags := Format(name, src)
		if diags.HasErrors() {
			t.Error(diags)
		}
		checkFormat(t, src, out)
		if diff := cmp.Diff(string(src), string(out)); diff != "" && !strings.HasSuffix(name, "example.hcl") {
			t.Errorf("%s is not formatted (-is +should be):\n%s", name, diff)
		}
	}
}

// TestFormatScrambled scrambles the blanks, line ends and comments of sound
// recipes, 10,000 times: what they pour stays.
func TestFormatScrambled(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	var sources [][]byte
	names, _ := filepath.Glob("../recipes/*/*.hcl")
	wrong, _ := filepath.Glob("testdata/wrong/*.hcl")
	for _, name := range slices.Concat(names, wrong) {
		if strings.HasSuffix(name, lockSuffix) {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, diags := Format(name, src); !diags.HasErrors() && len(src) < 4000 {
			sources = append(sources, src)
		}
	}
	rounds := 10_000
	if testing.Short() {
		rounds = 1000
	}
	meant := map[int]string{}
	for n := range rounds {
		i := n % len(sources)
		src := scramble(rng, sources[i])
		out, diags := Format("r.hcl", src)
		if diags.HasErrors() {
			t.Fatalf("scrambled, it does not parse: %v\n%s", diags, src)
		}
		checkFormat(t, src, out)
		if _, ok := meant[i]; !ok {
			meant[i] = whatIsMeant(sources[i])
		}
		if n%20 == 0 { // evaluation takes long
			if got := whatIsMeant(out); got != meant[i] {
				t.Errorf("it means something else:\n%s\nwant\n%s\nin\n%s", got, meant[i], out)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// whatIsMeant is what is sound of a recipe, and what is said of it.
func whatIsMeant(src []byte) string {
	r, diags := LoadBytes(map[string][]byte{"r.hcl": src}, ".", testOptions)
	var b strings.Builder
	for _, m := range r.Models {
		fmt.Fprintln(&b, m.Address, m.Source, m.SHA256, m.Root, m.AutoV2)
	}
	for _, m := range r.Mixes {
		fmt.Fprintln(&b, m.Address, m.Form.Canonical(), m.Direct.Canonical(), m.First, m.Pour.digest())
	}
	for _, rel := range r.Releases {
		fmt.Fprintln(&b, rel.Address, rel.Form.Canonical(), rel.File, rel.Title, rel.Pour.digest())
	}
	var said []string
	for _, d := range diags {
		said = append(said, d.Summary)
	}
	slices.Sort(said)
	return b.String() + strings.Join(said, "\n")
}

// scramble changes blanks between tokens, adds blank lines and comments.
func scramble(rng *rand.Rand, src []byte) []byte {
	tokens, _ := hclsyntax.LexConfig(src, "r.hcl", hcl.InitialPos)
	var b strings.Builder
	at, texts := 0, 0
	for i, t := range tokens {
		gap := src[at:t.Range.Start.Byte]
		at = t.Range.End.Byte
		switch {
		case texts > 0 || i == 0:
			b.Write(gap)
		case len(gap) > 0:
			b.WriteString(strings.Repeat(" ", 1+rng.IntN(3)))
			if rng.IntN(20) == 0 {
				b.WriteString("/* x */ ")
			}
		}
		switch t.Type {
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenOQuote:
			texts++
		case hclsyntax.TokenCHeredoc, hclsyntax.TokenCQuote:
			texts--
		}
		b.Write(t.Bytes)
		if t.Type == hclsyntax.TokenNewline && texts == 0 {
			b.WriteString(strings.Repeat("\n", max(0, rng.IntN(6)-2)))
			if rng.IntN(15) == 0 {
				b.WriteString(strings.Repeat(" ", rng.IntN(4)) + "# y\n")
			}
			b.WriteString(strings.Repeat(" ", rng.IntN(5)))
		}
	}
	return []byte(b.String())
}

func FuzzFormat(f *testing.F) {
	names, _ := filepath.Glob("testdata/wrong/*.hcl")
	for _, name := range names {
		f.Add(read(f, name))
	}
	f.Add([]byte("a = <<E\n${b}\n\nE\n/* c */ d {\r\n\r\n}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if out, diags := Format("r.hcl", src); !diags.HasErrors() {
			checkFormat(t, src, out)
		}
	})
}
