package lang

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// MethodTable holds the merge methods a recipe can call, by name. ops
// registers them; lang checks how they are called.
type MethodTable map[string]Method

// Method is a merge method. It is called as a function:
//
//	name(params…, {options…})
//
// Params are positional, models first and scalars after them; a param with a
// Default, and every one after it, may be left out. Options are named,
// each with a default, in one trailing object that may be left out.
type Method struct {
	Doc     string // one sentence, for help
	Params  []Param
	Options []Option
	// Linear computes the result as a linear form of the arguments. Its error is
	// shown to the author under the call, or under one argument if it was made
	// by Args.Errorf.
	Linear func(Args) (*Form, error)
}

// Param is a positional parameter.
type Param struct {
	Name    string
	Kind    ParamKind
	Default *big.Rat // for OneScalar alone; nil: must be given
}

// ParamKind says what a parameter takes.
type ParamKind int

// The kinds of parameters.
const (
	OneModel   ParamKind = iota // a model, a difference or any mix of them: Args.Model
	ManyModels                  // a list of them, at least one: Args.Models
	OneScalar                   // a number or a block profile: Args.Scalar
)

// Option is a member of the trailing options object.
type Option struct {
	Name    string
	Kind    OptionKind
	Default any      // *big.Rat, bool or string as Kind says; nil: not given
	Choices []string // what an OptionText may be; nil: anything
}

// OptionKind says what an option takes.
type OptionKind int

// The kinds of options.
const (
	OptionScalar  OptionKind = iota // a number or a block profile: Args.Scalar
	OptionScalars                   // a list of those, one for each model, or one for all: Args.Scalars
	OptionBool                      // Args.Bool
	OptionText                      // Args.Text
)

// Args are the checked arguments of one call. Asking for a name or a kind that
// the Method does not declare is a programming error and panics.
type Args struct{ values map[string]any }

// Model gives a OneModel.
func (a Args) Model(name string) *Form { return argument[*Form](a, name) }

// Models gives a ManyModels.
func (a Args) Models(name string) []*Form { return argument[[]*Form](a, name) }

// Scalar gives a OneScalar or an OptionScalar, its default if it was left out;
// 0 if there is none: see Has.
func (a Args) Scalar(name string) Coef { return argument[Coef](a, name) }

// Scalars gives an OptionScalars: n of them, nil if it was left out. One
// number in the recipe stands for n; a list of another length is an error.
func (a Args) Scalars(name string, n int) ([]Coef, error) {
	list := argument[[]Coef](a, name)
	switch {
	case len(list) == n || !a.Has(name):
		return list, nil
	case len(list) == 1:
		return slices.Repeat(list, n), nil
	}
	return nil, a.Errorf(name, "%s needs %d numbers, one for each model, not %d", name, n, len(list))
}

// Bool gives an OptionBool.
func (a Args) Bool(name string) bool { return argument[bool](a, name) }

// Text gives an OptionText.
func (a Args) Text(name string) string { return argument[string](a, name) }

// Has tells whether an argument was given or has a default.
func (a Args) Has(name string) bool { return a.values[name] != nil }

// Errorf makes an error that is shown under the named argument.
func (a Args) Errorf(name, format string, args ...any) error {
	return &argumentError{name, fmt.Errorf(format, args...)}
}

type argumentError struct {
	name string
	error
}

func (e *argumentError) Unwrap() error { return e.error }

func argument[T any](a Args, name string) T {
	v, known := a.values[name]
	if !known {
		panic(fmt.Sprintf("lang: the method declares no argument %q", name))
	}
	if v == nil {
		var zero T
		return zero
	}
	return v.(T)
}

// function makes the method callable in expressions.
func (m Method) function(name string) function.Function {
	rest := anything("arguments")
	return oneStep(&function.Spec{Description: m.Doc, VarParam: &rest}, func(args []cty.Value) (cty.Value, error) {
		for _, arg := range args {
			if !arg.IsWhollyKnown() {
				return cty.UnknownVal(quantityType), nil
			}
		}
		call := &methodCall{method: m, name: name, index: map[string]int{}, out: Args{map[string]any{}}}
		q, err := call.run(args)
		var bad *argumentError
		if errors.As(err, &bad) {
			err = bad.error
			if i, given := call.index[bad.name]; given && i < len(args) {
				return cty.NilVal, function.NewArgError(i, err)
			}
		}
		if err != nil {
			return cty.NilVal, err
		}
		return q.value(), nil
	})
}

type methodCall struct {
	method Method
	name   string
	index  map[string]int // which argument a name was read from
	out    Args
	order  ordered
	approx bool
}

func (c *methodCall) run(args []cty.Value) (*quantity, error) {
	positional, options := args, cty.NilVal
	if n := len(args); n > 0 && len(c.method.Options) > 0 && (args[n-1].Type().IsObjectType() || args[n-1].Type().IsMapType()) {
		positional, options = args[:n-1], args[n-1]
	}
	if len(positional) > len(c.method.Params) {
		return nil, fmt.Errorf("too many arguments: it is called as %s", c.usage())
	}
	for i, p := range c.method.Params {
		c.index[p.Name] = i
		c.out.values[p.Name] = nil
		switch {
		case i < len(positional):
			v, err := c.param(p, positional[i])
			if err != nil {
				return nil, &argumentError{p.Name, err}
			}
			c.out.values[p.Name] = v
		case p.Default == nil:
			return nil, fmt.Errorf("%s is missing: it is called as %s", p.Name, c.usage())
		default:
			c.out.values[p.Name] = Scalar(p.Default)
		}
	}
	if err := c.options(options, len(positional)); err != nil {
		return nil, err
	}
	form, err := c.method.Linear(c.out)
	if err != nil {
		return nil, err
	}
	c.order.add(form.Leaves()...)
	return &quantity{form: form, order: c.order.list, approx: c.approx}, nil
}

func (c *methodCall) param(p Param, v cty.Value) (any, error) {
	switch p.Kind {
	case OneModel:
		return c.model(v)
	case OneScalar:
		return c.scalar(v)
	}
	if ty := v.Type(); v.IsNull() || !(ty.IsTupleType() || ty.IsListType() || ty.IsSetType()) {
		return nil, fmt.Errorf("a list of models is needed, as in [model.a, model.b]; this is %s%s", describe(v), advice(v))
	}
	var models []*Form
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		m, err := c.model(element)
		if err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	if len(models) == 0 {
		return nil, errors.New("the list of models is empty")
	}
	return models, nil
}

func (c *methodCall) model(v cty.Value) (*Form, error) {
	if v.Type() != quantityType || v.IsNull() || v.EncapsulatedValue().(*quantity).isProfile() {
		return nil, fmt.Errorf("a model is needed, this is %s%s", describe(v), advice(v))
	}
	q := v.EncapsulatedValue().(*quantity)
	c.order.add(q.order...)
	c.approx = c.approx || q.approx
	return q.form, nil
}

func (c *methodCall) scalar(v cty.Value) (Coef, error) {
	q, err := toQuantity(v)
	if err != nil || !q.isProfile() {
		return Coef{}, fmt.Errorf("a number or a block profile is needed, this is %s", describe(v))
	}
	c.approx = c.approx || q.approx
	return q.profile, nil
}

// options reads the trailing object; index is its place among the arguments,
// beyond them if it was left out.
func (c *methodCall) options(object cty.Value, index int) error {
	var names []string
	for _, o := range c.method.Options {
		names = append(names, o.Name)
		c.index[o.Name] = index
		c.out.values[o.Name] = nil
		switch d := o.Default.(type) {
		case nil:
		case *big.Rat:
			c.out.values[o.Name] = Scalar(d)
		default:
			c.out.values[o.Name] = d
		}
	}
	if object == cty.NilVal || object.IsNull() {
		return nil
	}
	given := object.AsValueMap()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.Index(names, name)
		if i < 0 {
			c.index[name] = index
			return &argumentError{name, fmt.Errorf("there is no option %q%s", shorten(name, 40), orList(didYouMean(name, names), names))}
		}
		v, err := c.option(c.method.Options[i], given[name])
		if err != nil {
			return &argumentError{name, fmt.Errorf("option %s: %w", name, err)}
		}
		c.out.values[name] = v
	}
	return nil
}

func (c *methodCall) option(o Option, v cty.Value) (any, error) {
	ty := v.Type()
	if v.IsNull() {
		return nil, errors.New("null is no value: leave the option out")
	}
	switch o.Kind {
	case OptionScalar:
		return c.scalar(v)
	case OptionScalars:
		if !(ty.IsTupleType() || ty.IsListType()) {
			one, err := c.scalar(v)
			return []Coef{one}, err
		}
		list := []Coef{}
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			one, err := c.scalar(element)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
		return list, nil
	case OptionBool:
		b, err := convert.Convert(v, cty.Bool)
		if err != nil {
			return nil, fmt.Errorf("true or false is needed, this is %s", describe(v))
		}
		return b.True(), nil
	}
	if ty != cty.String {
		return nil, fmt.Errorf("a text is needed, this is %s", describe(v))
	}
	text := v.AsString()
	if o.Choices != nil && !slices.Contains(o.Choices, text) {
		return nil, fmt.Errorf("there is no %q%s", text, didYouMean(text, o.Choices))
	}
	return text, nil
}

// usage shows how the method is called: weighted_sum(a, b, alpha = 0.5).
func (c *methodCall) usage() string {
	text := c.name + "("
	for i, p := range c.method.Params {
		if i > 0 {
			text += ", "
		}
		switch {
		case p.Kind == ManyModels:
			text += "[" + p.Name + "]"
		case p.Default != nil:
			text += p.Name + " = " + ratText(p.Default)
		default:
			text += p.Name
		}
	}
	if len(c.method.Options) > 0 {
		text += ", {…}"
	}
	return text + ")"
}
