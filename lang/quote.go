package lang

import (
	"fmt"
	"strings"
)

var hclEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

// quoteHCL writes text as an HCL string literal.
func quoteHCL(text string) string {
	var b strings.Builder
	for _, r := range hclEscapes.Replace(text) {
		if r < ' ' || r == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return `"` + b.String() + `"`
}
