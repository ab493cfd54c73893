package kernel

import (
	"encoding/binary"
	"math"
	"sync"
)

// portable is plain Go. Products stand in float64(…): without it a compiler
// may fuse them with the sum that follows, and the bits would depend on the
// machine.
var portable = impl{
	name: "portable",
	mixA: mixA,
	scale: [numFormats]scaler{
		F32:    scaleF32,
		F16:    scaleF16,
		BF16:   scaleBF16,
		F8E4M3: scaleF8(F8E4M3),
		F8E5M2: scaleF8(F8E5M2),
	},
	divide: divide,
	solve:  solve,
	round: [numFormats]rounder{
		F32:    roundF32,
		F16:    roundF16,
		BF16:   roundBF16,
		F8E4M3: roundF8(F8E4M3),
		F8E5M2: roundF8(F8E5M2),
	},
}

// mixA is path a. Every F16 is a multiple of 2⁻²⁴ below 2¹⁶, so with
// Σ|nᵢ| ≤ 2¹³ each partial sum is a multiple of 2⁻²⁴ below 2²⁹: 53 bits,
// exact. Rounding S/D to float64 moves it by at most 2⁻³⁸; a boundary between
// two F16 is a multiple m of 2⁻²⁵, and S/D, unless it is m, is at least
// 2⁻²⁵/D > 2⁻³⁷ away from it. So the second rounding, to F16, sees S/D on the
// right side of every boundary, and on it only when it is.
func mixA(m *Mix, s *scratch, dst []byte, srcs [][]byte, from, to int) bool {
	special := false
	for ; from < to; from += blockB {
		n := min(blockB, to-from)
		q := s.rows[:n]
		for j, src := range srcs {
			scaleF16(q, src[2*from:2*(from+n)], m.ns[j], j > 0)
		}
		divide(m, q, n)
		if roundF16(dst[2*from:2*(from+n)], q) {
			special = true
		}
	}
	return special
}

// divide needs no trick here: the machine's division rounds correctly. The
// vector routines multiply by 1/D, rounded, and correct by the exact
// remainder, which takes three instructions against sixteen cycles.
func divide(m *Mix, q []float64, n int) {
	if m.d == 1 {
		return
	}
	for i := range q[:n] {
		q[i] /= m.d
	}
}

// solve is the heart of path b: the quotient of the exact sum, rounded to odd.
//
// The rows hold the products nᵢ·xᵢ, which are exact. The sum is carried as S − E, with E the sum of the
// negated errors of the additions (Knuth's TwoSum), itself exact or the
// element is given up as NaN. A last TwoSum makes |E| ≤ ulp(S)/2.
//
// Then q ≈ S/D from the rounded 1/D, and one Newton step with the exact
// remainder, E included, brings q to within (½ + 2⁻⁴⁸) ulp of the true
// quotient. The remainder of this q, again exact, has the sign of q − truth:
// where it is not zero, the truth lies strictly between q and a neighbour, and
// whichever of the two is odd stands for it. An odd 53-bit number is never a
// boundary of a format with at most 51 bits, so a later rounding sees what it
// would have seen of the truth.
//
// Correcting q by S/D alone would not do: E/D can be a whole ulp of q when the
// mantissa of D is above that of S, and q might then be one step off.
//
// Errors are kept negated because x − x is +0 in round-to-nearest: S − (+0)
// keeps a −0, S + (+0) would not.
func solve(m *Mix, rows []float64, n int) {
	out := rows[:n]
	k := len(m.ns)
	for i := range out {
		s, e, lost := rows[i], 0.0, 0.0
		for j := 1; j < k; j++ {
			var d float64
			s, d = twoSum(s, rows[j*stride+i])
			if j == 1 {
				e = d
				continue
			}
			e, d = twoSum(e, d)
			lost += math.Abs(d)
		}
		if k > 2 {
			if lost != 0 {
				out[i] = math.NaN()
				continue
			}
			s, e = twoSum(s, -e)
		}
		q := float64(s * m.rd)
		r := math.FMA(q, m.d, -s) + e
		q = math.FMA(-r, m.rd, q)
		r = math.FMA(q, m.d, -s) + e
		b := math.Float64bits(q)
		if r != 0 && b&1 == 0 {
			if (r < 0) == (q < 0) {
				b-- // |q| is above the truth
			} else {
				b++
			}
			q = math.Float64frombits(b)
		}
		out[i] = q
	}
}

// twoSum returns a+b rounded, and by how much that is above the exact sum.
func twoSum(a, b float64) (sum, over float64) {
	sum = a + b
	v := sum - a
	return sum, ((sum - v) - a) + (v - b)
}

// scaled is one step of a scaler.
func scaled(x, c, v float64, add bool) float64 {
	if add {
		return x + float64(c*v)
	}
	return c * v
}

func scaleF32(x []float64, src []byte, c float64, add bool) (most, least uint32) {
	least = math.MaxUint32
	for i := range x {
		code := binary.LittleEndian.Uint32(src[4*i:])
		most, least = max(most, code<<1), min(least, code<<1-1)
		x[i] = scaled(x[i], c, float64(math.Float32frombits(code)), add)
	}
	return most, least
}

func scaleBF16(x []float64, src []byte, c float64, add bool) (most, least uint32) {
	least = math.MaxUint32
	for i := range x {
		code := uint32(binary.LittleEndian.Uint16(src[2*i:]))
		abs := code << 1 & 0xffff
		most, least = max(most, abs), min(least, abs-1)
		x[i] = scaled(x[i], c, float64(math.Float32frombits(code<<16)), add)
	}
	return most, least
}

func scaleF16(x []float64, src []byte, c float64, add bool) (most, least uint32) {
	least = math.MaxUint32
	values := valuesF16()
	for i := range x {
		code := binary.LittleEndian.Uint16(src[2*i:])
		abs := uint32(code << 1)
		most, least = max(most, abs), min(least, abs-1)
		x[i] = scaled(x[i], c, float64(values[code]), add)
	}
	return most, least
}

// valuesF16 is made when it is first needed: on most machines, for tails.
var valuesF16 = sync.OnceValue(func() *[1 << 16]float32 {
	var t [1 << 16]float32
	for code := range t {
		t[code] = float32(F16.value(uint64(code)))
	}
	return &t
})

// scaleF8 makes the scaler of an 8-bit format.
func scaleF8(f Format) scaler {
	var values [256]float64
	for code := range values {
		values[code] = f.value(uint64(code))
	}
	return func(x []float64, src []byte, c float64, add bool) (most, least uint32) {
		least = math.MaxUint32
		for i := range x {
			code := src[i]
			abs := uint32(code << 1)
			most, least = max(most, abs), min(least, abs-1)
			x[i] = scaled(x[i], c, values[code], add)
		}
		return most, least
	}
}

// value is the number a code of a narrow format stands for.
func (f Format) value(code uint64) float64 {
	t := f.decode(code)
	v := math.Ldexp(float64(t.m), t.e)
	switch t.class {
	case infinite:
		v = math.Inf(1)
	case notANumber:
		v = math.NaN()
	}
	if t.neg {
		v = -v
	}
	return v
}

func roundF32(dst []byte, q []float64) bool {
	special := false
	for i, v := range q {
		b := math.Float32bits(float32(v))
		special = special || b&0x7f800000 == 0x7f800000
		binary.LittleEndian.PutUint32(dst[4*i:], b)
	}
	return special
}

// roundF16 cuts 42 bits off a float64 whose exponent is that of a normal F16.
func roundF16(dst []byte, q []float64) bool {
	special := false
	dst = dst[:2*len(q)]
	for i, v := range q {
		b := math.Float64bits(v)
		abs := b &^ (1 << 63)
		h := b >> 48 & 0x8000
		switch {
		case abs-(1023-14)<<52 < 30<<52:
			abs -= (1023 - 15) << 52
			h |= (abs + 1<<41 - 1 + abs>>42&1) >> 42
			special = special || h&0x7c00 == 0x7c00
		case abs >= 0x7ff<<52:
			h, special = 0x7e00, true
		case abs != 0:
			var overflow bool
			h, overflow = F16.encodeFloat(b)
			special = special || overflow
		}
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(h))
	}
	return special
}

// roundBF16 cuts 45 bits off a float64 whose exponent is that of a normal BF16.
func roundBF16(dst []byte, q []float64) bool {
	special := false
	dst = dst[:2*len(q)]
	for i, v := range q {
		b := math.Float64bits(v)
		abs := b &^ (1 << 63)
		h := b >> 48 & 0x8000
		switch {
		case abs-(1023-126)<<52 < 254<<52:
			abs -= (1023 - 127) << 52
			h |= (abs + 1<<44 - 1 + abs>>45&1) >> 45
			special = special || h&0x7f80 == 0x7f80
		case abs >= 0x7ff<<52:
			h, special = 0x7fc0, true
		case abs != 0:
			var overflow bool
			h, overflow = BF16.encodeFloat(b)
			special = special || overflow
		}
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(h))
	}
	return special
}

// roundF8 makes the rounder of an 8-bit format.
func roundF8(f Format) rounder {
	return func(dst []byte, q []float64) bool {
		special := false
		for i, v := range q {
			b := math.Float64bits(v)
			if b&^(1<<63) >= 0x7ff<<52 {
				dst[i], special = byte(layouts[f].nan), true
				continue
			}
			h, overflow := f.encodeFloat(b)
			special = special || overflow
			dst[i] = byte(h)
		}
		return special
	}
}
