package kernel

import (
	"math/big"
	"math/bits"
)

// exact computes element i with integers alone and counts it in st. It is the
// definition that the other paths are held to: every input taken apart, every
// product and the sum exact, one division with remainder, one rounding.
func (m *Mix) exact(terms []term, srcs [][]byte, i int, st *Stats) uint64 {
	terms = terms[:len(m.in)]
	var plusInf, minusInf, nan bool
	allMinus := true
	lo, hi := 1<<30, -1<<30 // exponents of the lowest bit and above the highest
	for j, f := range m.in {
		t := f.decode(f.load(srcs[j], i))
		t.neg = t.neg != m.neg[j]
		switch {
		case t.class == notANumber:
			nan = true
		case t.class == infinite:
			plusInf = plusInf || !t.neg
			minusInf = minusInf || t.neg
		case t.m != 0:
			lo = min(lo, t.e)
			hi = max(hi, t.e+bits.Len64(t.m)+m.num[j].BitLen())
		}
		allMinus = allMinus && t.neg
		terms[j] = t
	}
	l := &layouts[m.out]
	switch {
	case nan:
		st.NaN++
		return l.nan
	case plusInf && minusInf:
		st.NaN++
		st.BornNaN++
		return l.nan
	case plusInf || minusInf:
		if l.inf == l.nan {
			st.NaN++
			st.BornNaN++
		} else {
			st.Inf++
		}
		return m.out.infinity(minusInf)
	}
	var neg bool
	var mant uint64
	var exp int
	// The sum of k terms takes up to log₂ k bits more, and one for the sign.
	if lo < hi && m.small && hi-lo+bits.Len(uint(len(terms))) < 256 {
		neg, mant, exp = m.sum256(terms, lo)
	} else if lo < hi {
		neg, mant, exp = m.sumBig(terms, lo)
	}
	if mant == 0 { // an exact zero: all terms cancel, or are zeros
		if allMinus {
			return m.out.sign()
		}
		return 0
	}
	code := m.out.encode(mant, exp)
	if code >= l.inf {
		st.Saturated++
		return m.out.infinity(neg)
	}
	if neg {
		code |= m.out.sign()
	}
	return code
}

// sum256 computes Σ nᵢ·xᵢ / D in 256-bit two's complement, in units of 2^lo.
// The magnitude of the result is mant·2^exp: the top bit of mant is set, the
// lowest is sticky; mant 0 is an exact zero.
func (m *Mix) sum256(terms []term, lo int) (neg bool, mant uint64, exp int) {
	var a [4]uint64
	for j, t := range terms {
		if t.m == 0 {
			continue
		}
		h, l := bits.Mul64(t.m, m.num64[j])
		word, bit := uint(t.e-lo)/64, uint(t.e-lo)%64
		var p [6]uint64
		p[word] = l << bit
		p[word+1] = h<<bit | l>>(64-bit)
		p[word+2] = h >> (64 - bit)
		var c uint64
		if t.neg {
			a[0], c = bits.Sub64(a[0], p[0], 0)
			a[1], c = bits.Sub64(a[1], p[1], c)
			a[2], c = bits.Sub64(a[2], p[2], c)
			a[3], _ = bits.Sub64(a[3], p[3], c)
		} else {
			a[0], c = bits.Add64(a[0], p[0], 0)
			a[1], c = bits.Add64(a[1], p[1], c)
			a[2], c = bits.Add64(a[2], p[2], c)
			a[3], _ = bits.Add64(a[3], p[3], c)
		}
	}
	if a[3]>>63 != 0 {
		neg = true
		var c uint64
		for i := range a {
			a[i], c = bits.Sub64(0, a[i], c)
		}
	}
	// Shift the leading bit to the top: 128 bits are divided, the rest is sticky.
	exp = lo + 128
	for range 3 {
		if a[3] == 0 {
			a = [4]uint64{0, a[0], a[1], a[2]}
			exp -= 64
		}
	}
	if a[3] == 0 {
		return false, 0, 0
	}
	z := uint(bits.LeadingZeros64(a[3]))
	exp -= int(z)
	h := a[3]<<z | a[2]>>(64-z)
	l := a[2]<<z | a[1]>>(64-z)
	sticky := a[1]<<z | a[0]
	q1, r := h/m.den64, h%m.den64
	q0, r := bits.Div64(r, l, m.den64)
	// h ≥ 2^63 > D, so q1 > 0 and 64 bits of quotient are there.
	z = uint(bits.LeadingZeros64(q1))
	mant = q1<<z | q0>>(64-z)
	if q0<<z|r|sticky != 0 {
		mant |= 1
	}
	return neg, mant, exp + 64 - int(z)
}

// sumBig is sum256 without limits.
func (m *Mix) sumBig(terms []term, lo int) (neg bool, mant uint64, exp int) {
	sum, p := new(big.Int), new(big.Int)
	for j, t := range terms {
		if t.m == 0 {
			continue
		}
		p.SetUint64(t.m)
		p.Mul(p, m.num[j])
		p.Lsh(p, uint(t.e-lo))
		if t.neg {
			p.Neg(p)
		}
		sum.Add(sum, p)
	}
	if sum.Sign() == 0 {
		return false, 0, 0
	}
	neg = sum.Sign() < 0
	sum.Abs(sum)
	// Make the quotient at least 65 bits long, then keep 64 of them.
	up := max(0, 66+m.den.BitLen()-sum.BitLen())
	sum.Lsh(sum, uint(up))
	sum.QuoRem(sum, m.den, p)
	cut := uint(sum.BitLen() - 64)
	inexact := p.Sign() != 0 || sum.TrailingZeroBits() < cut
	mant = sum.Rsh(sum, cut).Uint64()
	if inexact {
		mant |= 1
	}
	return neg, mant, lo - up + int(cut)
}
