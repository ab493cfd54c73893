package lang

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// HCL evaluates a + b by calling the function in the node's Op, after
// converting both sides to its parameters' types. Giving each node an Op of
// our own, whose parameters take anything, makes + - * / work on models
// wherever an expression may stand, and leaves for, conditionals and calls to
// HCL. The package-level operations of hclsyntax stay as they are.

// arithmetic describes one operator.
type arithmetic struct {
	sign    string
	verb    string // "cannot VERB x and y"
	join    string
	numbers function.Function
	models  func(x, y *quantity) (*quantity, error)
}

var binaryOperators = map[*hclsyntax.Operation]arithmetic{
	hclsyntax.OpAdd:      {"+", "add", "and", stdlib.AddFunc, plus},
	hclsyntax.OpSubtract: {"-", "subtract", "and", stdlib.SubtractFunc, minus},
	hclsyntax.OpMultiply: {"*", "multiply", "by", stdlib.MultiplyFunc, times},
	hclsyntax.OpDivide:   {"/", "divide", "by", stdlib.DivideFunc, over},
	hclsyntax.OpModulo:   {"%", "take the remainder of", "by", stdlib.ModuloFunc, nil},
}

// overload gives the arithmetic nodes below a body Ops that know models, and
// guards what HCL goes through by itself. errs receives what went wrong in a
// node, for improve (hcldiag.go).
func overload(body hclsyntax.Node, errs map[hclsyntax.Expression]error, work *budget, table map[string]function.Function) {
	_ = hclsyntax.VisitAll(body, func(node hclsyntax.Node) hcl.Diagnostics {
		work.guardNode(node, table)
		switch n := node.(type) {
		case *hclsyntax.BinaryOpExpr:
			if op, ok := binaryOperators[n.Op]; ok {
				n.Op = replaced(n, 2, errs, work, func(args []cty.Value) (cty.Value, error) { return op.apply(args[0], args[1]) })
			}
		case *hclsyntax.UnaryOpExpr:
			if n.Op == hclsyntax.OpNegate {
				minusOne, op := cty.NumberIntVal(-1), binaryOperators[hclsyntax.OpMultiply]
				n.Op = replaced(n, 1, errs, work, func(args []cty.Value) (cty.Value, error) { return op.apply(minusOne, args[0]) })
			}
		}
		return nil
	})
}

// replaced makes the Op of a node out of a function of n arguments.
func replaced(node hclsyntax.Expression, n int, errs map[hclsyntax.Expression]error, work *budget, apply func(args []cty.Value) (cty.Value, error)) *hclsyntax.Operation {
	return &hclsyntax.Operation{Type: cty.DynamicPseudoType, Impl: anyFunction(n, func(args []cty.Value) (cty.Value, error) {
		v, err := cty.NilVal, work.spendOn(args...)
		if err == nil {
			v, err = apply(args)
		}
		if err != nil {
			errs[node] = err
		}
		return v, err
	})}
}

// anyFunction is a function of n arguments of any type, computed in one step.
func anyFunction(n int, impl func(args []cty.Value) (cty.Value, error)) function.Function {
	spec := &function.Spec{}
	for i := range n {
		spec.Params = append(spec.Params, anything(string(rune('a'+i))))
	}
	return oneStep(spec, impl)
}

// anything is a parameter that takes any value. There are no marks in recipes;
// allowing them spares a search for them through each argument.
func anything(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true}
}

// oneStep builds a function whose result type is known when its result is:
// cty asks for the type first, so impl runs twice; it is pure.
func oneStep(spec *function.Spec, impl func(args []cty.Value) (cty.Value, error)) function.Function {
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		v, err := impl(args)
		if err != nil {
			return cty.NilType, err
		}
		return v.Type(), nil
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) { return impl(args) }
	return function.New(spec)
}

func (op arithmetic) apply(a, b cty.Value) (cty.Value, error) {
	isModel := a.Type() == quantityType || b.Type() == quantityType
	for _, v := range []cty.Value{a, b} {
		switch {
		case v.IsNull():
			return cty.NilVal, fmt.Errorf("cannot %s null: there is no value on this side", op.verb)
		case v.IsKnown():
		case isModel:
			return cty.UnknownVal(quantityType), nil
		default:
			return cty.DynamicVal, nil
		}
	}
	if !isModel {
		return op.onNumbers(a, b)
	}
	if op.models == nil {
		return cty.NilVal, errors.New("models have no remainder (%): for a percentage write 0.5 * x here, or \"50% x\" in a formula")
	}
	x, err := toQuantity(a)
	if err != nil {
		return cty.NilVal, err
	}
	y, err := toQuantity(b)
	if err != nil {
		return cty.NilVal, err
	}
	q, err := op.models(x, y)
	if err != nil {
		return cty.NilVal, op.explain(err, x, y)
	}
	return q.value(), nil
}

func (op arithmetic) onNumbers(a, b cty.Value) (cty.Value, error) {
	var sides [2]cty.Value
	for i, v := range []cty.Value{a, b} {
		n, err := toNumber(v)
		if err != nil {
			hint := advice(v)
			if v.Type() == cty.String {
				hint += "; texts are joined in quotes, as in \"${local.a} and ${local.b}\""
			}
			return cty.NilVal, fmt.Errorf("cannot %s %s%s", op.verb, describe(v), hint)
		}
		sides[i] = n
	}
	if (op.sign == "/" || op.sign == "%") && sides[1].AsBigFloat().Sign() == 0 {
		return cty.NilVal, errDivideByZero
	}
	v, err := op.numbers.Call(sides[:])
	if err != nil {
		return cty.NilVal, fmt.Errorf("cannot %s these numbers: %w", op.verb, err)
	}
	return v, checkNumber(v)
}

// explain says what the operation would have meant and what to write instead.
func (op arithmetic) explain(err error, x, y *quantity) error {
	switch err {
	case errNumberAndModel:
		num, other, sum := x, y, "%s "+op.sign+" …"
		if !num.isProfile() {
			num, other, sum = y, x, "… "+op.sign+" %s"
		}
		if !num.isNumber() {
			return fmt.Errorf("cannot %s a block profile and %s: a profile is a coefficient; multiply a model by it, as in w * model.a", op.verb, other.text())
		}
		n := num.profile.String()
		return &strayNumberError{verb: op.verb, number: n, sum: fmt.Sprintf(sum, n), model: other.text()}
	case errModelTimes:
		return fmt.Errorf("cannot multiply %s by %s: a mix is a sum of models; add them (0.5 * a + 0.5 * b)", x.text(), y.text())
	case errDivideByModel:
		return fmt.Errorf("cannot divide by %s: a model can be divided by a number, nothing by a model", y.text())
	}
	return err
}

// strayNumberError is a number that is added to a model: the digits may have been
// meant as the name of a block.
type strayNumberError struct{ verb, number, sum, model string }

func (e *strayNumberError) Error() string {
	return fmt.Sprintf("cannot %s the number %s and the model %s: a number is a share of a model, as in %s * model.a", e.verb, e.number, e.model, e.number)
}

// withNames says what to write where digits are also the name of a block.
func (e *strayNumberError) withNames(places []string) string {
	if len(places) == 0 {
		return sentence(e)
	}
	return fmt.Sprintf("%s is a number here, not the block of that name: write %s, or the whole sum as formula = \"%s\".", e.number, orJoin(places), e.sum)
}

// toQuantity takes a model, a difference, a profile or a number.
func toQuantity(v cty.Value) (*quantity, error) {
	if v.Type() == quantityType && v.IsKnown() && !v.IsNull() {
		return v.EncapsulatedValue().(*quantity), nil
	}
	n, err := toNumber(v)
	if err != nil {
		return nil, fmt.Errorf("cannot calculate with a model and %s%s", describe(v), advice(v))
	}
	r, approx := RatFromFloat(n.AsBigFloat())
	if r == nil {
		return nil, errHugeNumber
	}
	return number(r, approx), nil
}

var errHugeNumber = errors.New("the number has more than 4096 bits")

// toNumber converts numbers and texts of numbers, as HCL does.
func toNumber(v cty.Value) (cty.Value, error) {
	n, err := convert.Convert(v, cty.Number)
	if err != nil || n.IsNull() || !n.IsKnown() {
		return cty.NilVal, fmt.Errorf("a number is needed, this is %s", describe(v))
	}
	return n, checkNumber(n)
}

// checkNumber refuses numbers so large that writing them out would fill the
// memory: HCL's floats have 32 bits of exponent.
func checkNumber(v cty.Value) error {
	if v.Type() != cty.Number || v.IsNull() || !v.IsKnown() {
		return nil
	}
	f := v.AsBigFloat()
	if exponent := f.MantExp(nil); f.IsInf() || exponent > maxCoefBits || exponent < -maxCoefBits {
		return errHugeNumber
	}
	return nil
}

func ratOf(v cty.Value) (*big.Rat, bool, error) {
	n, err := toNumber(v)
	if err != nil {
		return nil, false, err
	}
	r, approx := RatFromFloat(n.AsBigFloat())
	if r == nil {
		return nil, false, errHugeNumber
	}
	return r, approx, nil
}

// describe names a value's kind in a message.
func describe(v cty.Value) string {
	ty := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case ty == quantityType && v.IsKnown():
		if q := v.EncapsulatedValue().(*quantity); !q.isProfile() {
			return "the model " + q.text()
		}
		return "a block profile"
	case ty == cty.String && v.IsKnown():
		if s := v.AsString(); len(s) <= 40 {
			return fmt.Sprintf("the text %q", s)
		}
		return "a text"
	case ty == cty.String:
		return "a text"
	case ty == cty.Bool:
		return "true or false"
	case ty == cty.Number:
		return "a number"
	case isChoice(v):
		return "a choice"
	case ty.IsMapType() || ty.IsObjectType():
		if modelKeys(v) != "" {
			return "a group of models"
		}
		return "a map"
	case ty.IsListType() || ty.IsTupleType() || ty.IsSetType():
		return "a list"
	}
	return "a " + ty.FriendlyName()
}

// advice ends a sentence that describes a value where a model or a number is
// needed.
func advice(v cty.Value) string {
	ty := v.Type()
	switch {
	case v.IsNull():
	case ty == cty.String:
		return ": a model is written without quotes, as in model.a"
	case isChoice(v):
		return ": the model that was chosen is its .winner"
	case ty.IsMapType() || ty.IsObjectType():
		if keys := modelKeys(v); keys != "" {
			return ": choose one by its key, " + keys
		}
	case ty.IsListType() || ty.IsTupleType() || ty.IsSetType():
		return ": sum([…]) adds the elements of a list"
	}
	return ""
}

// isChoice recognises what choiceValue makes.
func isChoice(v cty.Value) bool {
	ty := v.Type()
	return ty.IsObjectType() && len(ty.AttributeTypes()) == 2 && ty.HasAttribute("winner") && ty.AttributeType("winner") == quantityType && ty.HasAttribute("label")
}

// modelKeys shows the keys of a map that holds models.
func modelKeys(v cty.Value) string {
	if !v.IsKnown() || v.LengthInt() == 0 {
		return ""
	}
	text := ""
	n := 0
	for it := v.ElementIterator(); it.Next(); n++ {
		key, element := it.Element()
		if element.Type() != quantityType {
			return ""
		}
		switch {
		case n == 3:
			return text + ", …"
		case n > 0:
			text += ", "
		}
		text += "[" + quoteHCL(key.AsString()) + "]"
	}
	return text
}
