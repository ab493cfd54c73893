package lang

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
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

// spendOnConversion spends what bringing a value to another type costs. To find
// one type for the elements of a tuple, cty compares each with each.
func (b *budget) spendOnConversion(v cty.Value) error {
	return b.spend(1 + conversion(v, b.left))
}

func conversion(v cty.Value, enough int) int {
	ty := v.Type()
	if v.IsNull() || !v.IsKnown() || !v.CanIterateElements() || ty == quantityType {
		return sizeOf(v, enough)
	}
	n := v.LengthInt()
	if ty.IsTupleType() || ty.IsObjectType() {
		n += n * n / 16
	}
	for it := v.ElementIterator(); n <= enough && it.Next(); {
		_, element := it.Element()
		n += conversion(element, enough-n)
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

// guard stands over an expression that HCL goes through by itself, and pays for
// it. Once the budget is spent it evaluates nothing, so that loops end soon.
// For walks through the syntax tree it is a pair of parentheses.
type guard struct {
	*hclsyntax.ParenthesesExpr
	work  *budget
	spend func(cty.Value) error // on the value
}

func (g *guard) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	if g.work.left < 0 {
		return cty.DynamicVal, nil // was reported
	}
	v, diags := g.Expression.Value(ctx)
	if diags.HasErrors() || g.spend(v) == nil {
		return v, diags
	}
	return cty.DynamicVal, append(diags, tooMuchWork(g.SrcRange.Ptr()))
}

// written is what evaluating an expression costs for its length alone.
func written(expr hclsyntax.Expression) int {
	at := expr.Range()
	return (at.End.Byte - at.Start.Byte) / 8
}

// guardNode puts guards below a node.
func (b *budget) guardNode(node hclsyntax.Node, table map[string]function.Function) {
	put := func(expr *hclsyntax.Expression, spend func(cty.Value) error) {
		switch (*expr).(type) {
		case nil, *hclsyntax.LiteralValueExpr: // none, or as large as the recipe has it
		default:
			*expr = &guard{&hclsyntax.ParenthesesExpr{Expression: *expr, SrcRange: (*expr).Range()}, b, spend}
		}
	}
	through := func(v cty.Value) error { return b.spendOn(v) }
	switch n := node.(type) {
	case *hclsyntax.ForExpr:
		steps := written(n)
		each := func(cty.Value) error { return b.spend(steps) }
		put(&n.CollExpr, through)
		put(&n.KeyExpr, each)
		put(&n.ValExpr, each)
		put(&n.CondExpr, each)
	case *hclsyntax.SplatExpr:
		put(&n.Source, through)
	case *hclsyntax.TemplateJoinExpr:
		put(&n.Tuple, through)
	case *hclsyntax.TemplateExpr:
		for i := range n.Parts {
			put(&n.Parts[i], through)
		}
	case *hclsyntax.BinaryOpExpr:
		if n.Op == hclsyntax.OpEqual || n.Op == hclsyntax.OpNotEqual {
			put(&n.LHS, through)
			put(&n.RHS, through)
		}
	case *hclsyntax.ConditionalExpr: // both sides are brought to one type
		put(&n.TrueResult, b.spendOnConversion)
		put(&n.FalseResult, b.spendOnConversion)
	case *hclsyntax.FunctionCallExpr:
		for i := range n.Args {
			if converts(n.Name, table[n.Name], i) {
				put(&n.Args[i], b.spendOnConversion)
			} else {
				put(&n.Args[i], through)
			}
		}
	}
}

// converts tells whether a function brings an argument to another type.
func converts(name string, f function.Function, i int) bool {
	switch name {
	case "coalesce", "contains", "lookup", "setproduct", "tolist", "tomap", "toset":
		return true
	}
	if f == (function.Function{}) {
		return false // there is none
	}
	if params := f.Params(); i < len(params) {
		return params[i].Type != cty.DynamicPseudoType
	}
	rest := f.VarParam()
	return rest != nil && rest.Type != cty.DynamicPseudoType
}

// tooMuchWork is what the author reads where the budget ended.
func tooMuchWork(at *hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Recipe too large", Subject: at,
		Detail: "The recipe asks for too much work, and this is where it went over the limit (2,000,000 steps: elements of lists, numbers in mixes). Look for loops within loops and for lists or texts that grow by themselves.",
	}
}
