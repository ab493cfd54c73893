package kernel

// Whole numbers are the fast lane of path a. Every F16 is a whole number of
// units of 2⁻²⁴, and most weights are few enough of them for sums in an int32.
// A block is taken in two steps:
//
//   - widen turns the codes of an input into a row of whole numbers, and tells
//     how large they are; several mixes can share a row.
//   - blend sums rows for one mix: Σ nᵢ·xᵢ = S, exact. The quotient S/D is then
//     computed in float32, and that is rounded to F16.
//
// Rounding twice is right for D < 2¹¹, and here is why. Let a boundary be a
// number that is an F16 or half-way between two: it has at most 12 significant
// bits. The F16 that a float32 is rounded to depends only on which boundaries
// are below, equal to and above it; so those must be the same for the float32
// quotient as for S/D.
//
// S becomes a float32 s by rounding to odd: an S with more than 24 bits is cut
// to 24 and gets the last bit set. For a boundary m, m·D has at most 23 bits,
// so it is an even number among the 24-bit ones: s is above, at or below m·D as
// S is.
//
// q = s·(1/D), twice rounded, is within 1½ units in its last place (ulp) of
// s/D. Both q·D and s are multiples of ulp(q), so r = q·D − s is one too, below
// 2¹² of them, and exact. z = q − r·(1/D) then misses s/D only by what 1/D is
// off, 2⁻²⁴ of at most 1½ ulp. The result p is z rounded to nearest, in one
// instruction.
//
//   - If s = m·D, then z is m but for 2⁻²³ ulp, and p = m.
//   - Else s is a unit of its own last place or more away from m·D. With
//     m ≥ 2ᵃ and 2ᵇ < D < 2ᵇ⁺¹, the unit is at least 2ᵃ⁺ᵇ⁻²³, and s/D is at
//     least 2ᵃ⁺ᵇ⁻²³/D ≥ 2ᵃ⁻²⁴·(1 + 1/D) away from m. That is more than half an
//     ulp of m, by more than z can be off. So p does not become m, and, as
//     rounding keeps order, stays on the side of s/D.
//     (Units are half as large below a power of two; but m·D is none, for D is
//     none. Where D is, s/D is a float32, r = 0, and p = s/D.)
//
// Signs: a sum that is not zero has a quotient of its sign that is not zero. A
// sum that is zero gives +0, as it should unless all its terms are −0; blocks
// where that could be are left to others, as are those with infinities or NaN
// and those whose sums could be too large.

// What D may be, and Σ|nᵢ|: with more, hardly any block has sums that fit.
const (
	maxDenWhole  = 1<<11 - 1
	maxCoefWhole = 1 << 10
)

// What the magnitude of sums may be, in units: the largest int32 that is still
// one when it is rounded to a float32, and the end of the integers that are a
// float32 without rounding.
const (
	maxSumWhole  = 1<<31 - 1<<7
	maxSumExact  = 1 << 24
	tooMuchWhole = 1 << 40 // more than these
)

const (
	// blockWhole is the elements of a block: seven rows fit into a first-level
	// cache of 32 KiB, and longer ones come from the second as fast.
	blockWhole = 1024
	// strideWhole separates rows: a vector of room, and no multiple of 4096
	// bytes, see stride.
	strideWhole = blockWhole + 64
)

// whole reports whether blend can do anything for a mix.
func (m *Mix) whole() bool {
	if m.path != "a" || m.den64 > maxDenWhole {
		return false
	}
	sum, plus := uint64(0), false
	for j, n := range m.num64 {
		sum += n
		plus = plus || !m.neg[j] // else every sum of zeros could be a −0
	}
	return plus && sum <= maxCoefWhole
}

// blend is a mix in the form that the vector routines want.
type blend struct {
	terms []summand // those that are taken once come first
	once  int       // how many those are
	d, rd float32   // D units, and 1 over that, rounded
}

// summand is one term: n times a row. The vector routines know its layout.
type summand struct {
	at  int // of the row, in bytes from the first one
	n   int32
	row int32
}

// newBlend makes the blend of a mix that finds its inputs in the given rows.
func newBlend(m *Mix, rows []int) *blend {
	const unit = 1.0 / (1 << 24)
	d := float32(m.den64)
	// The power of two changes no bit of a mantissa, here or in the routines.
	b := &blend{d: d / unit, rd: 1 / d * unit}
	for j, row := range rows {
		b.terms = append(b.terms, summand{at: row * strideWhole * 4, n: int32(m.ns[j]), row: int32(row)})
		if m.ns[j] == 1 {
			b.terms[b.once], b.terms[j] = b.terms[j], b.terms[b.once]
			b.once++
		}
	}
	return b
}

// extremes is what widen tells of a row.
type extremes struct {
	most   int64 // the greatest magnitude
	minus0 bool  // some element is a −0
}

// newExtremes takes the doubled code of the greatest magnitude.
func newExtremes(most uint32, minus0 bool) extremes {
	t := F16.decode(uint64(most >> 1))
	if t.class != finite {
		return extremes{most: tooMuchWhole}
	}
	return extremes{int64(t.m) << (t.e + 24), minus0}
}

// reach is how large a sum can be, given the extremes of all rows; too much if
// it could be a −0.
func (b *blend) reach(seen []extremes) int64 {
	most, plus0 := int64(0), false
	for i := range b.terms {
		t, x := &b.terms[i], &seen[b.terms[i].row]
		most += int64(max(t.n, -t.n)) * x.most
		plus0 = plus0 || t.n > 0 && !x.minus0
	}
	if !plus0 {
		return tooMuchWhole
	}
	return most
}
