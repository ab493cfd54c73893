package lang

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

// What quoteHCL writes, HCL reads back.
func TestQuote(t *testing.T) {
	check := func(t interface {
		Errorf(string, ...any)
	}, text string) {
		quoted := quoteHCL(text)
		expr, diags := hclsyntax.ParseExpression([]byte(quoted), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%q: %s: %v", text, quoted, diags)
			return
		}
		v, diags := expr.Value(nil)
		if want := cty.StringVal(text); diags.HasErrors() || !v.RawEquals(want) {
			t.Errorf("%q: %s is read as %#v, %v", text, quoted, v, diags)
		}
	}
	for _, text := range []string{"", "a", `"`, `\`, `\n`, "\n\r\t\x00\x1b\x7f", "${x}", "%{x}", "$", "%", "$$", "$${", "$$${", "%%{", "%%%{", "${${", "$%{", "é", "\u0085", "\u2028", "日本", "🍸", "$\"", `\${`} {
		check(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("$%{}\"\\\nu0")), rapid.Rune())).Draw(t, "text"))
	})
}
