package lang

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// checkDepth refuses sources whose syntax tree would be deeper than the stack
// of a parser that recurses. It runs on the tokens, which are found without
// recursion. Deep are brackets within brackets, template directives, and long
// chains of operators, which nest to one side.
func checkDepth(src []byte, name string) *hcl.Diagnostic {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	type frame struct {
		newlines bool // a newline ends an expression here
		chain    int
	}
	stack := []frame{{newlines: true}}
	chains, directives := 0, 0
	for _, token := range tokens {
		top := &stack[len(stack)-1]
		switch token.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
			hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			top.chain++ // x[0][0]… and f()()… nest, too
			chains++
			stack = append(stack, frame{newlines: token.Type == hclsyntax.TokenOBrace})
			if token.Type == hclsyntax.TokenTemplateControl {
				directives++
			}
		case hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			chains -= top.chain
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			} else {
				top.chain = 0
			}
		case hclsyntax.TokenComma:
			chains -= top.chain
			top.chain = 0
		case hclsyntax.TokenNewline, hclsyntax.TokenComment: // a line comment holds its newline
			if top.newlines {
				chains -= top.chain
				top.chain = 0
			}
		case hclsyntax.TokenPlus, hclsyntax.TokenMinus, hclsyntax.TokenStar, hclsyntax.TokenSlash, hclsyntax.TokenPercent,
			hclsyntax.TokenBang, hclsyntax.TokenQuestion, hclsyntax.TokenDot, hclsyntax.TokenAnd, hclsyntax.TokenOr,
			hclsyntax.TokenEqualOp, hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq,
			hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq, hclsyntax.TokenDoubleColon:
			top.chain++
			chains++
		}
		switch {
		case len(stack) > maxNesting || directives > maxNesting:
			return tooDeep(token.Range, fmt.Sprintf("brackets within brackets, more than %d", maxNesting))
		case chains > maxChain+maxNesting:
			return tooDeep(token.Range, fmt.Sprintf("more than %d operators in one expression", maxChain))
		}
	}
	return nil
}

func tooDeep(at hcl.Range, what string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Expression too deep",
		Detail:   fmt.Sprintf("There are %s: give parts of it a name in locals.", what),
		Subject:  &at,
	}
}
