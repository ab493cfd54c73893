package lang

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// float512 is a number as HCL's evaluator holds it.
func float512(r *big.Rat) *big.Float { return new(big.Float).SetPrec(512).SetRat(r) }

func TestRatFromFloat(t *testing.T) {
	third := new(big.Float).SetPrec(512).Quo(big.NewFloat(1).SetPrec(512), big.NewFloat(3).SetPrec(512))
	sum := new(big.Float).SetPrec(512).Add(float512(rat("0.1")), float512(rat("0.2")))
	rest := new(big.Float).SetPrec(512).SetInt64(1)
	for range 3 {
		rest.Sub(rest, third)
	}
	power := func(n int) *big.Float { return new(big.Float).SetPrec(512).SetMantExp(big.NewFloat(1), n) }
	for _, c := range []struct {
		name string
		v    *big.Float
		want string // "" for none
	}{
		{"zero", new(big.Float), "0/1"},
		{"minus zero", new(big.Float).Neg(new(big.Float)), "0/1"},
		{"a third", third, "1/3"},
		{"minus a third", new(big.Float).Neg(third), "-1/3"},
		{"0.1 + 0.2", sum, "3/10"},
		{"1 - 1/3 - 1/3 - 1/3", rest, "0/1"},
		{"1e-3", float512(rat("0.001")), "1/1000"},
		{"an integer", float512(rat("25")), "25/1"},
		{"an integer beyond 2^480", float512(rat("1e200")), rat("1e200").String()},
		{"float64 0.1 is what it is", big.NewFloat(0.1), "3602879701896397/36028797018963968"},
		{"the smallest margin", power(-480), "0/1"},
		{"below it", power(-481), "0/1"},
		{"far below it", power(-100_000), "0/1"},
		{"the largest", power(4095), new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 4095)).String()},
		{"too large", power(4096), ""},
		{"infinity", new(big.Float).SetInf(false), ""},
		{"minus infinity", new(big.Float).SetInf(true), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, approx := RatFromFloat(c.v)
			switch {
			case c.want == "" && r != nil:
				t.Errorf("%v, want none", r)
			case c.want != "" && (r == nil || r.String() != c.want || approx):
				t.Errorf("%v (approx %v), want %s", r, approx, c.want)
			}
		})
	}
}

func TestRatFromFloatShortens(t *testing.T) {
	for _, n := range []float64{2, 3, 1e-5, 12345} {
		root := new(big.Float).SetPrec(512).Sqrt(new(big.Float).SetPrec(512).SetFloat64(n))
		for _, v := range []*big.Float{root, new(big.Float).Neg(root)} {
			r, approx := RatFromFloat(v)
			want, _ := v.Float64()
			if got, exact := r.Float64(); !approx || !exact || got != want {
				t.Errorf("√%v: %v (approx %v), want the nearest float64 %v", n, r, approx, want)
			}
		}
	}
}

// Its denominator is beyond 2^128, and 0 is not near enough.
func TestRatFromFloatOfTinyNumbers(t *testing.T) {
	v := new(big.Float).SetPrec(512).SetMantExp(big.NewFloat(1), -400)
	want, _ := v.Rat(nil)
	if r, approx := RatFromFloat(v); !approx || r.Cmp(want) != 0 {
		t.Errorf("%v (approx %v), want 2^-400 itself", r, approx)
	}
}

// Every fraction with a denominator of at most 2^128 comes back from 512 bits,
// also with errors of a few units in the last place, for no other such fraction
// is so near.
func TestRatFromFloatRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 1, 16).Draw(t, "q"))
		if q.Sign() == 0 {
			q.SetInt64(1)
		}
		p := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "p"))
		if rapid.Bool().Draw(t, "negative") {
			p.Neg(p)
		}
		want := new(big.Rat).SetFrac(p, q)
		v := float512(want)
		if v.Sign() != 0 {
			ulps := int64(rapid.IntRange(-64, 64).Draw(t, "ulps"))
			v.Add(v, new(big.Float).SetPrec(512).SetMantExp(big.NewFloat(float64(ulps)), v.MantExp(nil)-512))
		}
		if r, approx := RatFromFloat(v); r == nil || r.Cmp(want) != 0 || approx {
			t.Fatalf("%v (approx %v), want %v", r, approx, want)
		}
	})
}

// The definition, by trying all denominators: the smallest that has a multiple
// in the interval, and the smallest such multiple.
func TestSimplestBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := big.NewRat(rapid.Int64Range(1, 5000).Draw(t, "p"), rapid.Int64Range(1, 500).Draw(t, "q"))
		high := new(big.Rat).Add(low, big.NewRat(rapid.Int64Range(0, 50).Draw(t, "width"), rapid.Int64Range(1, 2000).Draw(t, "part")))
		var want *big.Rat
		for q := int64(1); want == nil; q++ {
			scaled := new(big.Rat).Mul(low, big.NewRat(q, 1)) // p = ceil(low·q)
			p := new(big.Int).Div(new(big.Int).Add(scaled.Num(), new(big.Int).Sub(scaled.Denom(), big.NewInt(1))), scaled.Denom())
			if c := new(big.Rat).SetFrac(p, big.NewInt(q)); c.Cmp(high) <= 0 {
				want = c
			}
		}
		if got := simplestBetween(low, high); got == nil || got.Cmp(want) != 0 {
			t.Fatalf("in [%v, %v]: %v, want %v", low, high, got, want)
		}
	})
}

func TestParseRat(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0.25", "1/4"}, {".5", "1/2"}, {"5.", "5/1"}, {"007", "7/1"}, {"010", "10/1"}, {"08.5", "17/2"}, {"+3", "3/1"}, {"-0.125", "-1/8"},
		{"1e-3", "1/1000"}, {"2.5E2", "250/1"}, {"1e1000", new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(1000), nil)).String()},
		{"", ""}, {".", ""}, {"-", ""}, {"--1", ""}, {"1/3", ""}, {"0x10", ""}, {"0b1", ""}, {"1_000", ""}, {"1e", ""}, {"e5", ""}, {"1e1001", ""}, {"1e-1001", ""},
		{"1e5e5", ""}, {"1.2.3", ""}, {"Inf", ""}, {"NaN", ""}, {" 1", ""}, {"1p3", ""}, {"1e99999999999999999999", ""}, {"٣", ""},
	} {
		r, ok := parseRat(c.text)
		if ok != (c.want != "") || ok && r.String() != c.want {
			t.Errorf("%q: %v, %v; want %q", c.text, r, ok, c.want)
		}
	}
}

func TestNumberTexts(t *testing.T) {
	for _, c := range []struct{ r, number, percent string }{
		{"0", "0", "0"}, {"1", "1", "100"}, {"3/5", "0.6", "60"}, {"1/3", "1/3", "≈33.33"}, {"1/8", "0.125", "12.5"}, {"-1/2", "-0.5", "-50"},
		{"2/3", "2/3", "≈66.67"}, {"1/800", "0.00125", "0.125"}, {"12345", "12345", "1234500"},
		{"1/1000000", "0.000001", "0.0001"}, {"1/10000000", "0.0000001", "≈0.00001"},
		{"0.9999999", "0.9999999", "≈99.99999"}, {"0.49999999", "0.49999999", "≈49.999999"}, {"-0.99999999", "-0.99999999", "≈-99.999999"},
		{"1/100000000000000", "1/100000000000000", "≈0.000000000001"},
	} {
		if got := ratText(rat(c.r)); got != c.number {
			t.Errorf("%s as a number: %q, want %q", c.r, got, c.number)
		}
		if got := PercentText(rat(c.r)); got != c.percent+" %" {
			t.Errorf("%s in per cent: %q, want %q", c.r, got, c.percent+" %")
		}
	}
	tiny := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 4000))
	if got := PercentText(tiny); got != "≈0 %" {
		t.Errorf("2^-4000 in per cent: %q", got)
	}
}

// What HCL reads as a decimal is that decimal.
func TestDecimalsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, places := rapid.Int64Range(0, math.MaxInt64).Draw(t, "digits"), rapid.IntRange(0, 38).Draw(t, "places")
		want := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		v, _, err := big.ParseFloat(want.FloatString(places), 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		if r, approx := RatFromFloat(v); r.Cmp(want) != 0 || approx {
			t.Fatalf("%s: %v (approx %v)", want.FloatString(places), r, approx)
		}
	})
}
