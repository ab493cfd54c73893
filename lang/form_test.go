package lang

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// form reads "3/5 a, -1 b".
func form(t testing.TB, text string) *Form {
	t.Helper()
	var terms []Term
	for _, part := range strings.Split(text, ",") {
		if number, leaf, ok := strings.Cut(strings.TrimSpace(part), " "); ok {
			terms = append(terms, Term{Address(leaf), Scalar(rat(number))})
		}
	}
	f, err := NewForm(terms...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNewForm(t *testing.T) {
	for _, c := range []struct{ terms, want, mass string }{
		{"", "0", "0"},
		{"1 a", "1/1*a", "1"},
		{"1 b, 1/2 a", "1/2*a + 1/1*b", "1.5"},
		{"1/3 a, 1/3 b, 1/3 a", "2/3*a + 1/3*b", "1"},
		{"1 a, -1 a", "0", "0"},
		{"0 a, 1 b", "1/1*b", "1"},
		{"1 a, -1 b", "1/1*a + -1/1*b", "0"},
	} {
		f := form(t, c.terms)
		if got := f.Canonical(); got != c.want {
			t.Errorf("%q: %s, want %s", c.terms, got, c.want)
		}
		if got := f.Mass().String(); got != c.mass {
			t.Errorf("%q: mass %s, want %s", c.terms, got, c.mass)
		}
	}
}

func TestFormArithmetic(t *testing.T) {
	f, g := form(t, "1/2 a, 1/2 b"), form(t, "1 b, -1 c")
	for _, c := range []struct {
		name string
		make func() (*Form, error)
		want string
	}{
		{"f + g", func() (*Form, error) { return f.Add(g) }, "1/2*a + 3/2*b + -1/1*c"},
		{"f - g", func() (*Form, error) { return f.Sub(g) }, "1/2*a + -1/2*b + 1/1*c"},
		{"f - f", func() (*Form, error) { return f.Sub(f) }, "0"},
		{"2 f", func() (*Form, error) { return f.Scale(Scalar(rat("2"))) }, "1/1*a + 1/1*b"},
		{"0 f", func() (*Form, error) { return f.Scale(Coef{}) }, "0"},
		{"f of g", func() (*Form, error) {
			return f.Expand(func(a Address) *Form {
				if a == "b" {
					return g
				}
				return Leaf("d")
			})
		}, "1/2*b + -1/2*c + 1/2*d"},
	} {
		got, err := c.make()
		if err != nil || got.Canonical() != c.want {
			t.Errorf("%s = %v, %v; want %s", c.name, got.Canonical(), err, c.want)
		}
	}
	if got := f.Canonical() + " " + g.Canonical(); got != "1/2*a + 1/2*b 1/1*b + -1/1*c" {
		t.Errorf("the arguments were changed: %s", got)
	}
	if got := f.Coef("b").String() + " " + f.Coef("z").String(); got != "0.5 0" {
		t.Errorf("coefficients %s", got)
	}
	if got := fmt.Sprint(g.Leaves()); got != "[b c]" {
		t.Errorf("leaves %s", got)
	}
}

func TestFormText(t *testing.T) {
	f := form(t, "1 a, -1/3 b, 0.5 c")
	for _, c := range []struct {
		order []Address
		want  string
	}{
		{[]Address{"a", "b", "c"}, "a - 1/3 * b + 0.5 * c"},
		{[]Address{"b", "a", "x", "c"}, "-1/3 * b + a + 0.5 * c"},
		{nil, "0"},
	} {
		if got := f.text(c.order); got != c.want {
			t.Errorf("%v: %q, want %q", c.order, got, c.want)
		}
	}
}

func TestFormFamilies(t *testing.T) {
	sd1, _ := NewProfile("", numbered(26))
	sdxl, _ := NewProfile("", numbered(20))
	one, err := NewForm(Term{"a", sd1}, Term{"b", Scalar(oneRat)})
	if family, err2 := one.Family(); err != nil || err2 != nil || family != SD1 {
		t.Errorf("family %q, %v, %v", family, err, err2)
	}
	both, err := NewForm(Term{"a", sd1}, Term{"b", sdxl})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := both.Family(); err != errMixedFamilies {
		t.Errorf("profiles of two families in a form: %v", err)
	}
	if !both.Mass().IsZero() {
		t.Errorf("a form of two families has the mass %v", both.Mass())
	}
	if _, err := NewForm(Term{"a", sd1}, Term{"a", sdxl}); err == nil || !strings.Contains(err.Error(), errMixedFamilies.Error()) {
		t.Errorf("profiles of two families on a leaf: %v", err)
	}
}

func TestFormLimits(t *testing.T) {
	terms := make([]Term, maxTerms+1)
	for i := range terms {
		terms[i] = Term{Address(fmt.Sprint(i)), Scalar(oneRat)}
	}
	if _, err := NewForm(terms...); err != errTooManyTerms {
		t.Errorf("%d terms: %v", len(terms), err)
	}
	wide, err := NewForm(terms[:maxTerms]...)
	if err != nil {
		t.Fatal(err)
	}
	// A sum of many wide mixes of the same models is no wider than they are.
	ten := form(t, "1 a, 1 b, 1 c, 1 d, 1 e, 1 f, 1 g, 1 h, 1 i, 1 j")
	got, err := ten.Expand(func(Address) *Form { return wide })
	if err != nil || len(got.Terms) != maxTerms || got.Terms[0].Coef.String() != "10" {
		t.Errorf("ten times the same mix: %v", err)
	}
	if _, err := wide.Expand(func(Address) *Form { return wide }); err != errTooManyTerms {
		t.Errorf("a square of a wide mix: %v", err)
	}
	// The mass of different long fractions is a longer one.
	var primes []Term
	for i := int64(0); i < 60; i++ {
		d := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 120), big.NewInt(2*i+1))
		primes = append(primes, Term{Address(fmt.Sprint(i)), Scalar(new(big.Rat).SetFrac(big.NewInt(1), d))})
	}
	long, err := NewForm(primes...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.mass(); err != errTooLong {
		t.Errorf("a mass of more than 4096 bits: %v", err)
	}
}
