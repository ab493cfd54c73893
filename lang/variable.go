package lang

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Input is the value of a variable that comes from outside the recipe.
type Input struct {
	// Text is what was typed: the value itself where the variable is a text,
	// an HCL expression without references where it is something else.
	Text  string
	Value cty.Value // from a file of values; cty.NilVal: Text is what was given
	From  string    // where it comes from, for messages: --var, COSMO_VAR_scale, vars.hcl:3
	// Surplus: it is no mistake if the recipe has no such variable. The
	// environment is shared by recipes.
	Surplus bool
}

// Variable is a value that whoever uses the recipe may choose.
type Variable struct {
	Name        string
	Description string
	Value       string // as HCL would write it
	Default     bool   // nobody chose
	From        string // who did
	Range       hcl.Range
}

type variable struct {
	task     task
	label    string
	block    *hclsyntax.Block
	head     hcl.Range
	ty       cty.Type // cty.NilType: it is none
	defaults *typeexpr.Defaults

	value cty.Value
	from  string // "" where the default stands

	broken bool // was reported while it was declared
}

// declareVariable notes a variable; its value is looked for when it is needed.
func (e *evaluator) declareVariable(hb *hclsyntax.Block, header hcl.Range) {
	name := hb.Labels[0]
	if !hclsyntax.ValidIdentifier(name) {
		e.fail(hb.LabelRanges[0], "Label not usable", fmt.Sprintf("A variable is written var.NAME, so its label is a name such as %q: letters, digits, _ and -, no digit first.", "scale"))
		return
	}
	if other := e.variables[name]; other != nil {
		e.fail(header, "Block declared twice", fmt.Sprintf("var.%s was declared at %s already. Give one of them another label.", name, position(other.head)))
		return
	}
	v := &variable{label: name, block: hb, head: header}
	v.task.name = "var." + name
	e.variables[name] = v
	b := &block{kind: hb.Type, label: name, body: hb.Body, header: header}
	e.checkAttributes(b, blockTypes[hb.Type])
	v.broken = b.broken
	v.ty, v.defaults = e.variableType(hb)
}

// variable finds the value of a variable: what was given from outside, or the
// default.
func (e *evaluator) variable(v *variable, at hcl.Range) bool {
	return e.once(&v.task, at, func() bool {
		if v.ty == cty.NilType {
			return false
		}
		value, where, ok := e.variableValue(v)
		if !ok {
			return false
		}
		if v.defaults != nil && !value.IsNull() {
			value = v.defaults.Apply(value)
		}
		converted, err := convert.Convert(value, v.ty)
		if err != nil {
			why := err.Error()
			if value.Type() == cty.String && !value.IsNull() {
				if share, ok := parseRat(strings.TrimSpace(strings.TrimSuffix(value.AsString(), "%"))); ok && strings.HasSuffix(value.AsString(), "%") {
					why += "; write " + ratText(share.Quo(share, hundred))
				}
			}
			e.fail(where, "Wrong type", fmt.Sprintf("var.%s is of the type %s, and %s, %s, does not fit: %s.", v.label, typeexpr.TypeString(v.ty), shorten(valueText(value), 60), e.whence(v), why))
			return false
		}
		value = converted
		if nullable, ok := e.variableFlag(v, "nullable", true); ok && !nullable && value.IsNull() {
			e.fail(where, "Value missing", fmt.Sprintf("var.%s cannot be null, says nullable = false.", v.label))
			return false
		}
		if err := checkSize(value); err != nil {
			e.fail(where, "Value too large", sentence(err))
			return false
		}
		v.value = value
		return true
	})
}

func (e *evaluator) variableType(hb *hclsyntax.Block) (cty.Type, *typeexpr.Defaults) {
	attr := hb.Body.Attributes["type"]
	if attr == nil {
		return cty.DynamicPseudoType, nil
	}
	ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(attr.Expr)
	if diags.HasErrors() {
		e.fail(attr.Expr.Range(), "Wrong type", "A type is string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({…}), without quotes.")
		return cty.NilType, nil
	}
	return ty, defaults
}

// variableValue gives the value before it is converted, and what to point at if
// that fails.
func (e *evaluator) variableValue(v *variable) (cty.Value, hcl.Range, bool) {
	if in, given := e.options.Inputs[v.label]; given {
		v.from = in.From
		value, err := in.value(v.ty)
		if err != nil {
			e.fail(v.head, "Value not usable", fmt.Sprintf("%s gives var.%s a value that cannot be read: %s.", in.From, v.label, err))
			return cty.NilVal, v.head, false
		}
		return value, v.head, true
	}
	attr := v.block.Body.Attributes["default"]
	if attr == nil && v.broken {
		return cty.NilVal, v.head, false // it may be one of those that were not understood
	}
	if attr == nil {
		e.fail(v.head, "Value missing", fmt.Sprintf("var.%s has no default, and nobody gave it a value: write --var %s=…, set COSMO_VAR_%s, or give it a default.", v.label, v.label, v.label))
		return cty.NilVal, v.head, false
	}
	value, ok := e.eval(attr.Expr, &scope{})
	return value, attr.Expr.Range(), ok
}

// whence calls what the value is, for messages.
func (e *evaluator) whence(v *variable) string {
	if v.from == "" {
		return "its default"
	}
	return "the value from " + v.from
}

// value reads what was given for a variable of a type.
func (in Input) value(ty cty.Type) (cty.Value, error) {
	if in.Value != cty.NilVal {
		return in.Value, nil
	}
	if ty == cty.String || ty == cty.DynamicPseudoType {
		return cty.StringVal(in.Text), nil
	}
	if len(in.Text) > maxFormula {
		return cty.NilVal, fmt.Errorf("it is longer than 1 MiB")
	}
	if checkDepth([]byte(in.Text), in.From) != nil {
		return cty.NilVal, fmt.Errorf("it is nested too deeply")
	}
	expr, diags := hclsyntax.ParseExpression([]byte(in.Text), in.From, hcl.InitialPos)
	if !diags.HasErrors() {
		var value cty.Value
		if value, diags = expr.Value(nil); !diags.HasErrors() {
			return value, nil
		}
	}
	if ty.IsPrimitiveType() { // 12 or true may also come as a text
		return cty.StringVal(in.Text), nil
	}
	return cty.NilVal, fmt.Errorf("%s is no value as HCL writes it, such as [\"a\", \"b\"] or { a = 1 }", quoteHCL(shorten(in.Text, 60)))
}

// valueText is a value as a recipe would write it, or what it is.
func valueText(v cty.Value) string {
	if holdsModel(v) {
		return describe(v)
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}

// variableFlag reads a flag that stands for itself.
func (e *evaluator) variableFlag(v *variable, name string, otherwise bool) (value, ok bool) {
	attr := v.block.Body.Attributes[name]
	if attr == nil {
		return otherwise, true
	}
	got, ok := e.eval(attr.Expr, &scope{})
	if !ok {
		return otherwise, false
	}
	if got.IsNull() || got.Type() != cty.Bool {
		e.fail(attr.Expr.Range(), "Wrong type", fmt.Sprintf("%s is true or false, this is %s.", name, describe(got)))
		return otherwise, false
	}
	return got.True(), true
}

// validate holds variables against their validation blocks, and inputs against
// the variables there are.
func (e *evaluator) validateVariables() {
	for _, name := range sortedKeys(e.options.Inputs) {
		if in := e.options.Inputs[name]; e.variables[name] == nil && !in.Surplus {
			e.add(&hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Unknown variable",
				Detail: fmt.Sprintf("%s gives a value to %s, but the recipe has no variable of that name%s", in.From, shorten(name, 60), ending(e.didYouMean(name, sortedKeys(e.variables)))),
			})
		}
	}
	for _, name := range sortedKeys(e.variables) {
		v := e.variables[name]
		if !e.variable(v, v.head) {
			continue
		}
		out := &Variable{Name: name, Default: v.from == "", From: v.from, Range: v.head, Value: valueText(v.value)}
		if attr := v.block.Body.Attributes["description"]; attr != nil {
			if text, ok := e.eval(attr.Expr, &scope{}); ok && !text.IsNull() && text.Type() == cty.String {
				out.Description = text.AsString()
			} else if ok {
				e.fail(attr.Expr.Range(), "Wrong type", fmt.Sprintf("description is a text, this is %s.", describe(text)))
			}
		}
		e.recipe.Variables = append(e.recipe.Variables, out)
		for _, inner := range v.block.Body.Blocks {
			if inner.Type != "validation" {
				continue
			}
			where := inner.TypeRange
			if v.from != "" {
				where = v.head
			}
			e.assert(inner, "variable", func(message string) {
				e.fail(where, "Value not allowed", fmt.Sprintf("var.%s is %s, %s: %s", v.label, shorten(valueText(v.value), 60), e.whence(v), message))
			})
		}
	}
}

// assert evaluates a condition and calls failed with the author's message if it
// is false.
func (e *evaluator) assert(inner *hclsyntax.Block, outer string, failed func(message string)) {
	condition, message := inner.Body.Attributes["condition"], inner.Body.Attributes["error_message"]
	if condition == nil || message == nil {
		e.fail(inner.TypeRange, "Missing attribute", fmt.Sprintf("%s in a %s needs condition and error_message: what has to be true, and what to say if it is not.", inner.Type, outer))
		return
	}
	holds, ok := e.eval(condition.Expr, &scope{})
	text, fine := e.eval(message.Expr, &scope{})
	switch {
	case !ok || !fine:
	case holds.IsNull() || holds.Type() != cty.Bool:
		e.fail(condition.Expr.Range(), "Wrong type", fmt.Sprintf("A condition is true or false, this is %s.", describe(holds)))
	case text.IsNull() || text.Type() != cty.String:
		e.fail(message.Expr.Range(), "Wrong type", fmt.Sprintf("error_message is a text, this is %s.", describe(text)))
	case holds.False():
		failed(shorten(text.AsString(), 1000))
	}
}

// runChecks evaluates check blocks. One that fails is a warning, as in
// Terraform: what must hold before anything is poured is a validation, a mass
// or a type.
func (e *evaluator) runChecks() {
	for _, b := range e.checks {
		if len(b.Body.Blocks) == 0 {
			e.fail(b.TypeRange, "Empty check", "A check holds assert { condition = …, error_message = … }.")
		}
		for _, inner := range b.Body.Blocks {
			if inner.Type != "assert" {
				continue
			}
			e.assert(inner, "check", func(message string) {
				e.warn(inner.Body.Attributes["condition"].Expr.Range(), "Check failed", fmt.Sprintf("%s: %s", quoteHCL(b.Labels[0]), message))
			})
		}
	}
}
