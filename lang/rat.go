package lang

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// HCL's numbers are binary with 512 bits, so 1/3 arrives slightly wrong. The
// last 32 bits are given to rounding in the author's own arithmetic: within
// max(1, |v|)·2⁻⁴⁸⁰ of the value the simplest rational is what was meant.
const (
	nearBits        = 480
	denominatorBits = 128
)

var errTooLong = errors.New("a coefficient has more than " + strconv.Itoa(maxCoefBits) + " bits: write a shorter fraction, or mix in fewer steps")

// RatFromFloat gives the simplest rational within max(1, |v|)·2⁻⁴⁸⁰ of v. If
// its denominator is beyond 2¹²⁸ (√2 has no short fraction), it gives the
// nearest float64 instead and approx is true. It gives nil for an infinity and
// for values of 2⁴⁰⁹⁶ and more.
func RatFromFloat(v *big.Float) (r *big.Rat, approx bool) {
	exponent := v.MantExp(nil)
	switch {
	case v.IsInf() || exponent > maxCoefBits:
		return nil, false
	case v.Sign() == 0 || exponent < -nearBits:
		return new(big.Rat), false
	}
	exact, _ := v.Rat(nil)
	if exact.IsInt() {
		return exact, false
	}
	margin := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), nearBits))
	size := new(big.Rat).Abs(exact)
	if size.Cmp(big.NewRat(1, 1)) > 0 {
		margin.Mul(margin, size)
	}
	low, high := new(big.Rat).Sub(size, margin), new(big.Rat).Add(size, margin)
	r = new(big.Rat)
	if low.Sign() > 0 {
		if r = simplestBetween(low, high); r == nil {
			nearest, _ := v.Float64()
			return new(big.Rat).SetFloat64(nearest), true
		}
	}
	if v.Sign() < 0 {
		r.Neg(r)
	}
	return r, false
}

// simplestBetween gives the rational with the smallest denominator in
// [low, high], 0 < low ≤ high, by walking the continued fraction that both
// ends share; nil if that denominator is beyond 2¹²⁸.
func simplestBetween(low, high *big.Rat) *big.Rat {
	limit := new(big.Int).Lsh(big.NewInt(1), denominatorBits)
	// p/q and p1/q1 are the last two convergents.
	p, q := big.NewInt(1), big.NewInt(0)
	p1, q1 := big.NewInt(0), big.NewInt(1)
	low, high = new(big.Rat).Set(low), new(big.Rat).Set(high)
	for {
		digit := new(big.Int).Quo(low.Num(), low.Denom())
		last := low.IsInt()
		if !last && digit.Cmp(new(big.Int).Quo(high.Num(), high.Denom())) < 0 {
			digit.Add(digit, big.NewInt(1))
			last = true
		}
		p, p1 = new(big.Int).Add(new(big.Int).Mul(digit, p), p1), p
		q, q1 = new(big.Int).Add(new(big.Int).Mul(digit, q), q1), q
		if q.Cmp(limit) > 0 {
			return nil
		}
		if last {
			return new(big.Rat).SetFrac(p, q)
		}
		whole := new(big.Rat).SetInt(digit)
		low, high = high.Sub(high, whole), low.Sub(low, whole)
		low.Inv(low)
		high.Inv(high)
	}
}

// ratText writes r as people do: 0.6, 25, 1/3.
func ratText(r *big.Rat) string {
	if places, exact := r.FloatPrec(); exact && places <= 12 {
		return r.FloatString(places)
	}
	return r.RatString()
}

// percentText writes r in per cent: "60", "12.5", and "≈33.33" where two
// decimals do not reach; more of them where it would read as a whole number.
func percentText(r *big.Rat) string {
	percent := new(big.Rat).Mul(r, big.NewRat(100, 1))
	if places, exact := percent.FloatPrec(); exact && places <= 4 {
		return percent.FloatString(places)
	}
	const most = 100
	for places := 2; places < most; places++ {
		if whole, decimals, _ := strings.Cut(percent.FloatString(places), "."); strings.Trim(decimals, "0") != "" {
			return "≈" + whole + "." + strings.TrimRight(decimals, "0")
		}
	}
	return "≈" + percent.FloatString(0)
}

// parseRat reads a decimal number as people write it: 0.25, .5, 1e-3.
func parseRat(text string) (*big.Rat, bool) {
	digits := strings.TrimLeft(text, "+-")
	if digits == "" || len(text) > 1000 || strings.Trim(digits, "0123456789.eE+-") != "" {
		return nil, false
	}
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		if exponent, err := strconv.Atoi(digits[i+1:]); err != nil || exponent > 1000 || exponent < -1000 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(text)
}

// PercentText writes a share for people: "60 %", "≈33.33 %".
func PercentText(r *big.Rat) string { return percentText(r) + " %" }
