package kernel

import (
	"flag"
	"math"
	"math/big"
	"os"
	"testing"
)

// long asks for the full counts, which take about seven minutes on one core: a
// million mixes for each of the nine ways from F16, BF16 and F32 into these,
// all 4,030,726,144 pairs of finite F16, and a million sums beside boundaries.
//
//	go test -v -timeout 1h ./ops/mix/kernel -args -long
//
// or COSMO_LONG=1 in the environment. With -v the tests tell how much they did.
var long = flag.Bool("long", os.Getenv("COSMO_LONG") != "", "run the full counts")

// The oracle shares nothing with the package but the names of formats: the
// value of a code is a formula, and rounding is a search for the nearest.

// shape is exponent bits, fraction bits and the first code past the finite ones.
var shape = map[Format]struct {
	exp, frac uint
	end       uint64
}{
	F64: {11, 52, 0x7ff0000000000000}, F32: {8, 23, 0x7f800000}, F16: {5, 10, 0x7c00},
	BF16: {8, 7, 0x7f80}, F8E4M3: {4, 3, 0x7f}, F8E5M2: {5, 2, 0x7c},
}

// valueOf is the number a non-negative code stands for. The code after the
// largest finite one gets the number that would follow.
func valueOf(f Format, code uint64) *big.Rat {
	s := shape[f]
	e, m := int(code>>s.frac), code&(1<<s.frac-1)
	if e == 0 {
		e = 1
	} else {
		m |= 1 << s.frac
	}
	e -= 1<<(s.exp-1) - 1 + int(s.frac)
	v := new(big.Rat).SetInt(new(big.Int).SetUint64(m))
	p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(e, -e))))
	if e < 0 {
		return v.Quo(v, p)
	}
	return v.Mul(v, p)
}

// nearest finds the code whose value is nearest to y ≥ 0, the even one of two.
func nearest(f Format, y *big.Rat) uint64 {
	lo, hi := uint64(0), shape[f].end // value(lo) ≤ y; the answer is at most hi
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; valueOf(f, mid).Cmp(y) <= 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	two := new(big.Rat).Add(valueOf(f, lo), valueOf(f, hi))
	c := two.Cmp(y.Add(y, y))
	if c < 0 || c == 0 && lo&1 != 0 {
		return hi
	}
	return lo
}

// oracle mixes one element by the words of the contract.
func oracle(coef []*big.Rat, in []Format, out Format, x []uint64) (code uint64, st Stats) {
	sum, allMinus, zeros := new(big.Rat), true, true
	inf := map[bool]bool{}
	canonical := map[Format]uint64{F64: 0x7ff8 << 48, F32: 0x7fc00000, F16: 0x7e00, BF16: 0x7fc0, F8E4M3: 0x7f, F8E5M2: 0x7e}[out]
	end := shape[out].end
	signOf := func(f Format) uint64 { return 1 << (shape[f].exp + shape[f].frac) }
	for i, f := range in {
		abs := x[i] &^ signOf(f)
		neg := (x[i] != abs) != (coef[i].Sign() < 0)
		switch {
		case abs > shape[f].end || abs == shape[f].end && f == F8E4M3:
			return canonical, Stats{NaN: 1}
		case abs == shape[f].end:
			inf[neg] = true
			continue
		}
		v := valueOf(f, abs)
		v.Mul(v, new(big.Rat).Abs(coef[i]))
		zeros = zeros && v.Sign() == 0
		allMinus = allMinus && neg
		if neg {
			v.Neg(v)
		}
		sum.Add(sum, v)
	}
	neg := sum.Sign() < 0 || zeros && allMinus
	switch {
	case len(inf) == 2, len(inf) == 1 && out == F8E4M3:
		return canonical, Stats{NaN: 1, BornNaN: 1}
	case len(inf) == 1:
		code, neg, st = end, inf[true], Stats{Inf: 1}
	default:
		if code = nearest(out, sum.Abs(sum)); code == end {
			st.Saturated = 1
			if out == F8E4M3 {
				return canonical, st
			}
		}
	}
	if neg {
		code |= signOf(out)
	}
	return code, st
}

// TestOracle holds the oracle itself to what Go's own conversions know.
func TestOracle(t *testing.T) {
	one := []*big.Rat{big.NewRat(1, 1)}
	for _, v := range []float64{1, 0.1, -0.3, 1e-40, 3e38, 1e39, 1e-46, 5e-324, math.Pi, -math.MaxFloat32, 0, math.Copysign(0, -1), math.Inf(1)} {
		got, _ := oracle(one, []Format{F64}, F32, []uint64{math.Float64bits(v)})
		if want := math.Float32bits(float32(v)); uint32(got) != want {
			t.Errorf("%g: oracle %x, hardware %x", v, got, want)
		}
	}
	for _, c := range []struct {
		v    float64
		f    Format
		want uint64
	}{
		{65504, F16, 0x7bff}, {65519.99, F16, 0x7bff}, {65520, F16, 0x7c00}, {0x1p-24, F16, 1}, {0x1p-25, F16, 0}, {0x1.8p-24, F16, 2},
		{1, BF16, 0x3f80}, {448, F8E4M3, 0x7e}, {464, F8E4M3, 0x7e}, {464.1, F8E4M3, 0x7f}, {-465, F8E4M3, 0x7f}, {57344, F8E5M2, 0x7b}, {61440, F8E5M2, 0x7c},
	} {
		if got, _ := oracle(one, []Format{F64}, c.f, []uint64{math.Float64bits(c.v)}); got != c.want {
			t.Errorf("%g as %s: oracle %x, want %x", c.v, c.f, got, c.want)
		}
	}
}
