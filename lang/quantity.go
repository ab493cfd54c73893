package lang

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"

	"github.com/zclconf/go-cty/cty"
)

// quantity is what the one capsule type holds: a linear form over pourables
// (a model, a difference or a part of one: the mass tells) or, where form is
// nil, a block profile. It is immutable.
type quantity struct {
	form      *Form
	order     []Address // the form's leaves as first written, also those that cancelled
	cancelled []Address // leaves that were added and taken away again
	profile   Coef
	approx    bool // a coefficient had to be shortened
}

// quantityType is named as messages should call it.
var quantityType = cty.CapsuleWithOps("model", reflect.TypeFor[quantity](), &cty.CapsuleOps{
	GoString:     func(v any) string { return fmt.Sprintf("lang.quantity(%s)", v.(*quantity).canonical()) },
	TypeGoString: func(reflect.Type) string { return "lang.quantity" },
	Equals:       func(a, b any) cty.Value { return cty.BoolVal(a.(*quantity).equal(b.(*quantity))) },
	RawEquals:    func(a, b any) bool { return a.(*quantity).equal(b.(*quantity)) },
	HashKey:      func(v any) string { return v.(*quantity).canonical() },
})

func pourable(address Address) *quantity {
	return &quantity{form: Leaf(address), order: []Address{address}}
}

func (q *quantity) isProfile() bool         { return q.form == nil }
func (q *quantity) value() cty.Value        { return cty.CapsuleVal(quantityType, q) }
func (q *quantity) equal(o *quantity) bool  { return q.canonical() == o.canonical() }
func (q *quantity) single() (Address, bool) { return q.form.single() }

// single gives the leaf of a form that is just one pourable.
func (f *Form) single() (Address, bool) {
	if f == nil || len(f.Terms) != 1 || !f.Terms[0].Coef.isOne() {
		return "", false
	}
	return f.Terms[0].Leaf, true
}

func (q *quantity) canonical() string {
	if q.isProfile() {
		return "profile " + q.profile.Canonical()
	}
	return q.form.Canonical()
}

// text is a short text for messages.
func (q *quantity) text() string {
	if q.isProfile() {
		return "a block profile"
	}
	text := q.form.text(q.order)
	if len(q.order) > 4 || len(text) > 120 {
		return fmt.Sprintf("a mix of %d", len(q.form.Terms))
	}
	return text
}

// isNumber tells a plain number from a model or a profile with blocks.
func (q *quantity) isNumber() bool { return q.isProfile() && q.profile.IsScalar() }

func number(r *big.Rat, approx bool) *quantity {
	return &quantity{profile: Scalar(r), approx: approx}
}

var (
	errNumberAndModel = errors.New("a number and a model")
	errModelTimes     = errors.New("a model times a model")
	errDivideByModel  = errors.New("division by a model")
)

// plus is x + y.
func plus(x, y *quantity) (*quantity, error) {
	approx := x.approx || y.approx
	switch {
	case x.isProfile() != y.isProfile():
		return nil, errNumberAndModel
	case x.isProfile():
		sum, err := x.profile.Add(y.profile)
		return &quantity{profile: sum, approx: approx}, err
	}
	sum, err := x.form.Add(y.form)
	if err != nil {
		return nil, err
	}
	cancelled := union(x.cancelled, y.cancelled)
	for _, t := range x.form.Terms {
		if sum.Coef(t.Leaf).IsZero() {
			cancelled = union(cancelled, []Address{t.Leaf})
		}
	}
	return &quantity{form: sum, order: union(x.order, y.order), cancelled: cancelled, approx: approx}, nil
}

// minus is x − y.
func minus(x, y *quantity) (*quantity, error) {
	negative, err := times(number(big.NewRat(-1, 1), false), y)
	if err != nil {
		return nil, err
	}
	return plus(x, negative)
}

// times is x · y; at most one of them is a form.
func times(x, y *quantity) (*quantity, error) {
	approx := x.approx || y.approx
	switch {
	case x.isProfile() && y.isProfile():
		product, err := x.profile.Mul(y.profile)
		return &quantity{profile: product, approx: approx}, err
	case !x.isProfile() && !y.isProfile():
		return nil, errModelTimes
	case !x.isProfile():
		x, y = y, x
	}
	scaled, err := y.form.Scale(x.profile)
	return &quantity{form: scaled, order: y.order, cancelled: y.cancelled, approx: approx}, err
}

// over is x / y; y is no form.
func over(x, y *quantity) (*quantity, error) {
	if !y.isProfile() {
		return nil, errDivideByModel
	}
	inverse, err := Scalar(oneRat).Div(y.profile)
	if err != nil {
		return nil, err
	}
	return times(x, &quantity{profile: inverse, approx: y.approx})
}

// union appends what is new in b to a.
func union(a, b []Address) []Address {
	if len(b) == 0 {
		return a
	}
	var all ordered
	all.add(a...)
	all.add(b...)
	return all.list
}

// ordered collects addresses, each once, as they come.
type ordered struct {
	list []Address
	seen map[Address]bool
}

func (o *ordered) add(addresses ...Address) {
	if o.seen == nil {
		o.seen = make(map[Address]bool, len(addresses))
	}
	for _, a := range addresses {
		if !o.seen[a] {
			o.seen[a] = true
			o.list = append(o.list, a)
		}
	}
}
