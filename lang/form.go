package lang

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Term is one summand of a form.
type Term struct {
	Leaf Address
	Coef Coef
}

// Form is an exact linear combination Σ cᵢ·xᵢ. Terms are sorted by leaf, each
// leaf stands once, and a term whose coefficient is 0 in every block is not
// there. Forms are immutable; the zero value is the empty sum.
type Form struct {
	Terms []Term
}

var errTooManyTerms = errors.New("a mix of more than 10,000 terms")

// NewForm sums the terms, in any order, leaves repeated or not.
func NewForm(terms ...Term) (*Form, error) {
	if len(terms) > maxSummands {
		return nil, errTooManyTerms
	}
	sorted := slices.Clone(terms)
	slices.SortStableFunc(sorted, func(a, b Term) int { return strings.Compare(string(a.Leaf), string(b.Leaf)) })
	f := &Form{}
	for i := 0; i < len(sorted); {
		sum := sorted[i]
		for i++; i < len(sorted) && sorted[i].Leaf == sum.Leaf; i++ {
			var err error
			if sum.Coef, err = sum.Coef.Add(sorted[i].Coef); err != nil {
				return nil, fmt.Errorf("cannot add the parts of %s: %w", sum.Leaf, err)
			}
		}
		if !sum.Coef.IsZero() {
			f.Terms = append(f.Terms, sum)
		}
	}
	if len(f.Terms) > maxTerms {
		return nil, errTooManyTerms
	}
	return f, nil
}

// Leaf is the form 1·leaf.
func Leaf(leaf Address) *Form {
	return &Form{Terms: []Term{{Leaf: leaf, Coef: Scalar(oneRat)}}}
}

// Add is f + g, an error where profiles of two families meet on a leaf.
func (f *Form) Add(g *Form) (*Form, error) {
	return NewForm(slices.Concat(f.Terms, g.Terms)...)
}

// Sub is f − g, an error where profiles of two families meet on a leaf.
func (f *Form) Sub(g *Form) (*Form, error) {
	negative := make([]Term, len(g.Terms))
	for i, t := range g.Terms {
		negative[i] = Term{t.Leaf, t.Coef.Neg()}
	}
	return NewForm(slices.Concat(f.Terms, negative)...)
}

// Scale is c·f, an error where profiles of two families meet.
func (f *Form) Scale(c Coef) (*Form, error) {
	scaled := make([]Term, len(f.Terms))
	for i, t := range f.Terms {
		product, err := t.Coef.Mul(c)
		if err != nil {
			return nil, err
		}
		scaled[i] = Term{t.Leaf, product}
	}
	return NewForm(scaled...)
}

// Expand replaces every leaf by the form that of gives for it: how a mix of
// mixes becomes a mix of models.
func (f *Form) Expand(of func(Address) *Form) (*Form, error) {
	var terms []Term
	for _, t := range f.Terms {
		scaled, err := of(t.Leaf).Scale(t.Coef)
		if err != nil {
			return nil, err
		}
		if terms = append(terms, scaled.Terms...); len(terms) > maxSummands {
			return nil, errTooManyTerms
		}
	}
	return NewForm(terms...)
}

// Mass is the sum of the coefficients: 1 for a model, 0 for a difference. It is
// also 0 where there is no such sum, since profiles of two families meet or the
// number is too long; the forms of a Recipe have one.
func (f *Form) Mass() Coef {
	mass, _ := f.mass()
	return mass
}

func (f *Form) mass() (Coef, error) {
	mass := Coef{}
	for _, t := range f.Terms {
		var err error
		if mass, err = mass.Add(t.Coef); err != nil {
			return Coef{}, err
		}
	}
	return mass, nil
}

// Family is the family of the profiles in f, AnyFamily if there are none, an
// error if there are several.
func (f *Form) Family() (Family, error) {
	family := AnyFamily
	for _, t := range f.Terms {
		var err error
		if family, err = family.join(t.Coef.Family()); err != nil {
			return AnyFamily, err
		}
	}
	return family, nil
}

// Leaves lists the leaves in order.
func (f *Form) Leaves() []Address {
	leaves := make([]Address, len(f.Terms))
	for i, t := range f.Terms {
		leaves[i] = t.Leaf
	}
	return leaves
}

// Canonical is an unambiguous text of the form: "3/5*model.a + 2/5*model.b",
// "0" for the empty sum. Equal forms have equal texts.
func (f *Form) Canonical() string {
	if len(f.Terms) == 0 {
		return "0"
	}
	parts := make([]string, len(f.Terms))
	for i, t := range f.Terms {
		parts[i] = t.Coef.Canonical() + "*" + string(t.Leaf)
	}
	return strings.Join(parts, " + ")
}

// Coef gives the coefficient of a leaf, 0 if the form does not hold it.
func (f *Form) Coef(leaf Address) Coef {
	i, found := slices.BinarySearchFunc(f.Terms, leaf, func(t Term, a Address) int {
		return strings.Compare(string(t.Leaf), string(a))
	})
	if !found {
		return Coef{}
	}
	return f.Terms[i].Coef
}

// text writes the form for people, terms in the given order: the order in
// which the author named them.
func (f *Form) text(order []Address) string {
	var b strings.Builder
	for _, leaf := range order {
		c := f.Coef(leaf)
		if c.IsZero() {
			continue
		}
		negative := c.uniform() && c.at(0).Sign() < 0
		if negative {
			c = c.Neg()
		}
		switch {
		case b.Len() > 0 && negative:
			b.WriteString(" - ")
		case b.Len() > 0:
			b.WriteString(" + ")
		case negative:
			b.WriteString("-")
		}
		if !c.isOne() {
			b.WriteString(c.String() + " * ")
		}
		b.WriteString(string(leaf))
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}
