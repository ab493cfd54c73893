package lang

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// recipe reads the text of a recipe that is right, warnings aside.
func recipe(t testing.TB, src string) *Recipe {
	t.Helper()
	r, diags := load(src)
	if diags.HasErrors() {
		t.Fatalf("%s\nin\n%s", texts(diags), src)
	}
	return r
}

func load(src string) (*Recipe, hcl.Diagnostics) {
	return LoadBytes(map[string][]byte{"r.hcl": []byte(src)}, ".", testOptions)
}

// texts lists diagnostics, one a line: "Error at 3: Summary: Detail".
func texts(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		word, _ := severity(d.Severity)
		at := ""
		if d.Subject != nil {
			at = fmt.Sprintf(" at %s:%d,%d-%d", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, d.Subject.End.Column)
		}
		fmt.Fprintf(&b, "%s%s: %s: %s\n", word, at, d.Summary, d.Detail)
	}
	return b.String()
}

func summaries(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.Summary)
	}
	return out
}

// mix finds a mix by its address.
func (r *Recipe) mix(t testing.TB, address Address) *Mix {
	t.Helper()
	i := slices.IndexFunc(r.Mixes, func(m *Mix) bool { return m.Address == address })
	if i < 0 {
		t.Fatalf("the recipe has no %s", address)
	}
	return r.Mixes[i]
}

// digest says all of a recipe that does not depend on where it stands in its
// files.
func (r *Recipe) digest() string {
	var b strings.Builder
	fmt.Fprintf(&b, "recipe %q %q %q\n", r.Name, r.Description, r.License)
	for _, m := range r.Models {
		fmt.Fprintf(&b, "%s %q %q %q %q %q\n", m.Address, m.Source, m.SHA256, m.AutoV2, m.Root, m.License)
	}
	for _, m := range r.Mixes {
		fmt.Fprintf(&b, "%s %s: %s = %s = %s, first %s, %s\n", m.Kind, m.Address, m.Text, m.Direct.Canonical(), m.Form.Canonical(), m.First, m.Pour.digest())
	}
	for _, m := range r.Releases {
		fmt.Fprintf(&b, "%s %q of %q: %s = %s = %s, first %s, %s, %v %q %q %q %q\n", m.Address, m.File, m.Of, m.Text, m.Direct.Canonical(), m.Form.Canonical(), m.First,
			m.Pour.digest(), m.EmbedRecipe, m.Title, m.Description, m.Author, m.License)
	}
	return b.String()
}

func (p Pour) digest() string {
	var b strings.Builder
	for _, component := range sortedKeys(p.DType) {
		fmt.Fprintf(&b, "%s=%s ", component, p.DType[component])
	}
	for _, f := range []*Form{p.VAE, p.CLIP} {
		if f != nil {
			b.WriteString(f.Canonical())
		}
		b.WriteString("; ")
	}
	fmt.Fprintf(&b, "%q %v %v %v", p.ExtraKeys, p.AnyMass, p.AllowNonfinite, p.Complete)
	return b.String()
}

// rat reads n/D or a decimal.
func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return r
}

const twoModels = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
`

// profileText writes n numbers for by_block: the i-th is f(i).
func profileText(n int, f func(i int) string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = f(i)
	}
	return strings.Join(parts, ", ")
}
