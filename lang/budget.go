package lang

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// budget bounds the work that one recipe can ask for, in steps of about one
// small allocation each: thirty lines of loops within loops, or of texts that
// double each other, would otherwise fill any machine. The same recipe spends
// the same anywhere.
type budget struct{ left int }

var errTooMuchWork = errors.New("the recipe asks for too much work")

func (b *budget) spend(steps int) error {
	if b.left -= min(steps, maxWork+1); b.left < 0 {
		b.left = -1
		return errTooMuchWork
	}
	return nil
}

// spendOn spends what going through a whole value costs.
func (b *budget) spendOn(values ...cty.Value) error {
	for _, v := range values {
		if err := b.spend(1 + sizeOf(v, b.left)); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf counts the elements of a value, a text as one for each 256 bytes, a
// mix as its numbers. It stops counting when there are more than enough.
func sizeOf(v cty.Value, enough int) int {
	switch ty := v.Type(); {
	case v.IsNull() || !v.IsKnown():
		return 0
	case ty == cty.String:
		return len(v.AsString()) / 256
	case ty == quantityType:
		q := v.EncapsulatedValue().(*quantity)
		return q.form.size() + q.profile.size()
	case !v.CanIterateElements():
		return 0
	}
	n := v.LengthInt()
	for it := v.ElementIterator(); n <= enough && it.Next(); {
		_, element := it.Element()
		n += sizeOf(element, enough-n)
	}
	return n
}

// size counts a coefficient's numbers, long ones several times: the work of
// arithmetic grows with the square of their length.
func (c Coef) size() int {
	n := 0
	for _, r := range c.values {
		words := (r.Num().BitLen() + r.Denom().BitLen()) / 64
		n += 1 + words*words/256
	}
	return n
}

func (f *Form) size() int {
	n := 0
	if f != nil {
		for _, t := range f.Terms {
			n += t.Coef.size()
		}
	}
	return n
}

// meter puts a node over the expressions that HCL itself goes through, so that
// going through them is paid for. The node changes neither value nor range.
func (b *budget) meter(node hclsyntax.Node, errs map[hclsyntax.Expression]error) {
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		n.CollExpr = b.metered(n.CollExpr, errs)
	case *hclsyntax.SplatExpr:
		n.Source = b.metered(n.Source, errs)
	case *hclsyntax.ConditionalExpr: // both sides are brought to one type
		n.TrueResult, n.FalseResult = b.metered(n.TrueResult, errs), b.metered(n.FalseResult, errs)
	case *hclsyntax.TemplateJoinExpr:
		n.Tuple = b.metered(n.Tuple, errs)
	case *hclsyntax.TemplateExpr:
		for i, part := range n.Parts {
			if _, literal := part.(*hclsyntax.LiteralValueExpr); !literal {
				n.Parts[i] = b.metered(part, errs)
			}
		}
	}
}

func (b *budget) metered(expr hclsyntax.Expression, errs map[hclsyntax.Expression]error) hclsyntax.Expression {
	node := &hclsyntax.UnaryOpExpr{Val: expr, SrcRange: expr.Range(), SymbolRange: expr.StartRange()}
	node.Op = &hclsyntax.Operation{Type: cty.DynamicPseudoType, Impl: anyFunction(1, func(args []cty.Value) (cty.Value, error) {
		if err := b.spendOn(args[0]); err != nil {
			errs[node] = err
			return cty.NilVal, err
		}
		return args[0], nil
	})}
	return node
}

// tooMuchWork is what the author reads where the budget ended.
func tooMuchWork(at *hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Recipe too large", Subject: at,
		Detail: "The recipe asks for too much work, and this is where it went over the limit (2,000,000 steps: elements of lists, numbers in mixes). Look for loops within loops and for lists or texts that grow by themselves.",
	}
}
