package kernel

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"sync"
)

// Mix is a compiled form Σ nᵢ·xᵢ / D. It is immutable.
type Mix struct {
	in   []Format
	out  Format
	path string

	single *Batch // of this mix alone; nil where a batch has nothing to offer

	// Paths a and b: the same integers as float64, and 1/D rounded.
	ns    []float64
	d, rd float64
	span  int // what the extent of a block may be for its sums to be exact; 0: never

	// Path c. The machine integers hold only when small is set.
	num   []*big.Int // magnitudes
	den   *big.Int
	neg   []bool
	small bool
	num64 []uint64
	den64 uint64
}

// Stats counts elements that did not come out as ordinary numbers. Each
// element is counted at most once; copies are not looked at.
type Stats struct {
	Saturated int64 // a finite exact value beyond the range: ±∞, in F8_E4M3 NaN
	NaN       int64 // a NaN among the inputs, opposing infinities, or ∞ into F8_E4M3
	BornNaN   int64 // of those: no input was one
	Inf       int64 // an infinity that was one in the inputs
}

// Add adds the counts of o.
func (s *Stats) Add(o Stats) {
	s.Saturated += o.Saturated
	s.NaN += o.NaN
	s.BornNaN += o.BornNaN
	s.Inf += o.Inf
}

// Limits of the float64 paths; solve and mixA say why.
const (
	maxSumA = 1 << 13 // Σ|nᵢ| of path a
	maxDenA = 1<<12 - 1
	maxDenB = 1 << 50
)

// Compile picks the path for out = Σ coef[i]·x[i], with x[i] stored as in[i].
// There must be at least one input, and no coefficient may be zero: a dropped
// leaf cannot turn an infinity into NaN.
func Compile(coef []*big.Rat, in []Format, out Format) (*Mix, error) {
	switch {
	case len(coef) == 0:
		return nil, errors.New("compile mix: no inputs")
	case len(coef) != len(in):
		return nil, fmt.Errorf("compile mix: %d coefficients for %d inputs", len(coef), len(in))
	case out >= numFormats:
		return nil, fmt.Errorf("compile mix: unknown output format %d", out)
	}
	m := &Mix{in: append([]Format(nil), in...), out: out, den: big.NewInt(1)}
	for i, c := range coef {
		if in[i] >= numFormats {
			return nil, fmt.Errorf("compile mix: unknown format %d of input %d", in[i], i)
		}
		if c == nil || c.Sign() == 0 {
			return nil, fmt.Errorf("compile mix: coefficient %d is zero", i)
		}
		// D is the least common multiple of the denominators; each coefficient
		// is in lowest terms, so the nᵢ and D then have no common divisor.
		g := new(big.Int).GCD(nil, nil, m.den, c.Denom())
		m.den.Mul(m.den, g.Quo(c.Denom(), g))
	}
	m.small = m.den.BitLen() < 64
	for _, c := range coef {
		n := new(big.Int).Quo(m.den, c.Denom())
		n.Mul(n, c.Num())
		m.neg = append(m.neg, n.Sign() < 0)
		m.num = append(m.num, n.Abs(n))
		m.small = m.small && n.BitLen() < 64
	}
	if m.small {
		m.den64 = m.den.Uint64()
		for _, n := range m.num {
			m.num64 = append(m.num64, n.Uint64())
		}
	}
	m.choose()
	if m.whole() {
		reads := make([]int, len(in))
		for j := range reads {
			reads[j] = j
		}
		m.single = NewBatch([]*Mix{m}, [][]int{reads})
	}
	return m, nil
}

// choose sets the path and the float64 form of the coefficients it needs.
func (m *Mix) choose() {
	if len(m.in) == 1 && m.in[0] == m.out && m.small && m.num64[0] == m.den64 && !m.neg[0] {
		m.path = "copy"
		return
	}
	m.path = "c"
	if !m.small || m.den64 > maxDenB || m.out == F64 {
		return
	}
	a := m.out == F16 && m.den64 <= maxDenA
	sum := uint64(0)
	for i, n := range m.num64 {
		if m.in[i] == F64 || n > 1<<(53-m.in[i].precision()) {
			return
		}
		sum += n // below 2^64: each n is below 2^51
		a = a && m.in[i] == F16
	}
	m.path = "b"
	if a && sum <= maxSumA {
		m.path = "a"
	}
	for i, n := range m.num64 {
		f := float64(n)
		if m.neg[i] {
			f = -f
		}
		m.ns = append(m.ns, f)
	}
	m.d = float64(m.den64)
	m.rd = 1 / m.d
	if m.den64 <= 1<<(51-m.out.precision()) {
		m.span = max(0, 53-bits.Len64(sum-1))
	}
}

// Path names the path that most elements take: "copy", "a", "b" or "c".
func (m *Mix) Path() string { return m.path }

// exactQuotient says that D is a power of two: S/D is S·(1/D), without rounding.
func (m *Mix) exactQuotient() bool {
	frac, _ := math.Frexp(m.d)
	return frac == 0.5
}

// Elements in a block of path b (the float64 scratch stays in the first-level
// cache) and of path a (which has no scratch in the vector routines).
const (
	blockB = 1024
	blockA = 4096
	// stride separates the rows of scratch: room for a vector beyond the
	// block, and not a multiple of 4096 bytes, which would make every row
	// fight for the same cache set.
	stride = blockB + 8
)

// scratch is what a call to Run needs beside its arguments.
type scratch struct {
	rows  []float64 // one row of stride elements for each input
	terms []term
}

var pool = sync.Pool{New: func() any { return new(scratch) }}

func (m *Mix) scratch() *scratch {
	s := pool.Get().(*scratch)
	if k := len(m.in); len(s.terms) < k {
		s.rows = make([]float64, k*stride)
		s.terms = make([]term, k)
	}
	return s
}

// Run mixes srcs into dst and adds to st what it met. dst holds any number of
// elements and every source at least as many; dst overlaps no source. Run may
// be called from many goroutines at once, each with its own st.
func (m *Mix) Run(dst []byte, srcs [][]byte, st *Stats) {
	n := len(dst) / m.out.Size()
	if len(srcs) != len(m.in) {
		panic(fmt.Sprintf("kernel: %d sources for %d inputs", len(srcs), len(m.in)))
	}
	for i, f := range m.in {
		if len(srcs[i])/f.Size() < n {
			panic(fmt.Sprintf("kernel: source %d has %d bytes, %d elements are wanted", i, len(srcs[i]), n))
		}
	}
	if m.single == nil {
		m.run(current.Load(), dst, srcs, st)
		return
	}
	stats := [1]Stats{*st}
	m.single.Run([]Part{{Dst: dst}}, srcs, stats[:])
	*st = stats[0]
}

// run is Run for arguments that fit each other, without whole.go.
func (m *Mix) run(im *impl, dst []byte, srcs [][]byte, st *Stats) {
	n := len(dst) / m.out.Size()
	if m.path == "copy" {
		copy(dst[:n*m.out.Size()], srcs[0])
		return
	}
	s := m.scratch()
	defer pool.Put(s)
	switch m.path {
	case "a":
		for from := 0; from < n; from += blockA {
			m.runA(im, s, dst, srcs, from, min(from+blockA, n), st)
		}
	case "b":
		for from := 0; from < n; from += blockB {
			m.runB(im, s, dst, srcs, from, min(from+blockB, n), st)
		}
	default:
		for i := range n {
			m.out.store(dst, i, m.exact(s.terms, srcs, i, st))
		}
	}
}

// runA mixes elements from ≤ i < to on path a.
func (m *Mix) runA(im *impl, s *scratch, dst []byte, srcs [][]byte, from, to int, st *Stats) {
	if !im.mixA(m, s, dst, srcs, from, to) {
		return
	}
	for i := from; i < to; i++ {
		if F16.load(dst, i)&0x7c00 == 0x7c00 {
			F16.store(dst, i, m.exact(s.terms, srcs, i, st))
		}
	}
}

// runB mixes elements from ≤ i < to, a block at most, on path b.
func (m *Mix) runB(im *impl, s *scratch, dst []byte, srcs [][]byte, from, to int, st *Stats) {
	n := to - from
	part := func(j int) []byte {
		size := m.in[j].Size()
		return srcs[j][from*size : to*size]
	}
	q := s.rows[:n]
	var seen extent
	if m.span > 0 {
		for j, f := range m.in {
			most, least := im.scale[f](q, part(j), m.ns[j], j > 0)
			seen.note(f, most, least)
		}
	}
	if m.span > 0 && seen.within(m.span) {
		im.divide(m, s.rows, n)
	} else {
		for j, f := range m.in {
			im.scale[f](s.rows[j*stride:][:n], part(j), m.ns[j], false)
		}
		im.solve(m, s.rows, n)
	}
	out := dst[from*m.out.Size() : to*m.out.Size()]
	if !im.round[m.out](out, q) {
		return
	}
	for i, v := range q {
		var code uint64
		if math.IsNaN(v) || math.IsInf(v, 0) {
			code = m.exact(s.terms, srcs, from+i, st)
		} else {
			var overflow bool
			code, overflow = m.out.encodeFloat(math.Float64bits(v))
			if overflow {
				st.Saturated++
			}
		}
		m.out.store(out, i, code)
	}
}

// extent says that all numbers seen are multiples of 2^lo and below 2^hi.
type extent struct {
	lo, hi int
	some   bool
}

func (x *extent) note(f Format, most, least uint32) {
	if most == 0 {
		return
	}
	l := &layouts[f]
	lo := max(int((least+1)>>1>>l.fraction), 1) - l.bias - int(l.fraction)
	hi := max(int(most>>1>>l.fraction), 1) - l.bias + 1
	if !x.some || lo < x.lo {
		x.lo = lo
	}
	if !x.some || hi > x.hi {
		x.hi = hi
	}
	x.some = true
}

func (x *extent) within(span int) bool { return x.hi-x.lo <= span }
