package kernel

import "golang.org/x/sys/cpu"

// The vector routines work on whole vectors; these wrappers leave the rest of
// a block to plain Go.

//go:noescape
func mixAAVX512(dst *byte, srcs *[]byte, ns *float64, k, off, n int, d, rd float64, divide bool) (special bool)

//go:noescape
func solveAVX512(rows *float64, step, k, n int, d, rd float64)

//go:noescape
func divideAVX512(q *float64, n int, d, rd float64)

//go:noescape
func scaleF16AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func scaleBF16AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func scaleF32AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func roundF16AVX512(dst *byte, q *float64, n int) (special bool)

//go:noescape
func roundBF16AVX512(dst *byte, q *float64, n int) (special bool)

//go:noescape
func roundF32AVX512(dst *byte, q *float64, n int) (special bool)

//go:noescape
func widenAVX512(row *int32, src *byte, n int) (most uint32, minus0 bool)

//go:noescape
func blendAVX512(dst *byte, rows *int32, terms *summand, once, k, n int, d, rd float32, exact bool)

//go:noescape
func mixAAVX2(dst *byte, srcs *[]byte, ns *float64, k, off, n int, d, rd float64, divide bool) (special bool)

//go:noescape
func solveAVX2(rows *float64, step, k, n int, d, rd float64)

//go:noescape
func divideAVX2(q *float64, n int, d, rd float64)

//go:noescape
func scaleF16AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func scaleBF16AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func scaleF32AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)

//go:noescape
func roundF16AVX2(dst *byte, q *float64, n int) (special bool)

//go:noescape
func roundBF16AVX2(dst *byte, q *float64, n int) (special bool)

//go:noescape
func roundF32AVX2(dst *byte, q *float64, n int) (special bool)

//go:noescape
func widenAVX2(row *int32, src *byte, n int) (most uint32, minus0 bool)

//go:noescape
func blendAVX2(dst *byte, rows *int32, terms *summand, once, k, n int, d, rd float32, exact bool)

// hasF16C reports whether the CPU converts half floats, which x/sys/cpu does
// not tell.
func hasF16C() bool

type (
	asmMixA   func(dst *byte, srcs *[]byte, ns *float64, k, off, n int, d, rd float64, divide bool) bool
	asmScale  func(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
	asmDivide func(q *float64, n int, d, rd float64)
	asmSolve  func(rows *float64, step, k, n int, d, rd float64)
	asmRound  func(dst *byte, q *float64, n int) bool
	asmWiden  func(row *int32, src *byte, n int) (most uint32, minus0 bool)
	asmBlend  func(dst *byte, rows *int32, terms *summand, once, k, n int, d, rd float32, exact bool)
)

func vectorImpls() []*impl {
	var all []*impl
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		im := portable
		im.name = "avx512"
		im.mixA = wholeMixA(mixAAVX512, 32)
		im.divide = wholeDivide(divideAVX512, 8)
		im.solve = wholeSolve(solveAVX512, 8)
		im.scale[F16] = wholeScale(scaleF16AVX512, scaleF16, 32, 2)
		im.scale[BF16] = wholeScale(scaleBF16AVX512, scaleBF16, 32, 2)
		im.scale[F32] = wholeScale(scaleF32AVX512, scaleF32, 32, 4)
		im.round[F16] = wholeRound(roundF16AVX512, roundF16, 16, 2)
		im.round[BF16] = wholeRound(roundBF16AVX512, roundBF16, 8, 2)
		im.round[F32] = wholeRound(roundF32AVX512, roundF32, 8, 4)
		im.widen = wholeWiden(widenAVX512, 32)
		im.blend = wholeBlend(blendAVX512, 64)
		all = append(all, &im)
	}
	if x.HasAVX2 && x.HasFMA && hasF16C() {
		im := portable
		im.name = "avx2"
		im.mixA = wholeMixA(mixAAVX2, 16)
		im.divide = wholeDivide(divideAVX2, 4)
		im.solve = wholeSolve(solveAVX2, 4)
		im.scale[F16] = wholeScale(scaleF16AVX2, scaleF16, 16, 2)
		im.scale[BF16] = wholeScale(scaleBF16AVX2, scaleBF16, 16, 2)
		im.scale[F32] = wholeScale(scaleF32AVX2, scaleF32, 16, 4)
		im.round[F16] = wholeRound(roundF16AVX2, roundF16, 8, 2)
		im.round[BF16] = wholeRound(roundBF16AVX2, roundBF16, 8, 2)
		im.round[F32] = wholeRound(roundF32AVX2, roundF32, 4, 4)
		im.widen = wholeWiden(widenAVX2, 16)
		im.blend = wholeBlend(blendAVX2, 32)
		all = append(all, &im)
	}
	return all
}

func wholeMixA(f asmMixA, lanes int) func(*Mix, *scratch, []byte, [][]byte, int, int) bool {
	return func(m *Mix, s *scratch, dst []byte, srcs [][]byte, from, to int) bool {
		n := (to - from) / lanes * lanes
		special := false
		if n > 0 {
			special = f(&dst[2*from], &srcs[0], &m.ns[0], len(srcs), 2*from, n, m.d, m.rd, !m.exactQuotient())
		}
		if from+n < to && mixA(m, s, dst, srcs, from+n, to) {
			special = true
		}
		return special
	}
}

func wholeScale(f asmScale, tail scaler, lanes, size int) scaler {
	return func(x []float64, src []byte, c float64, add bool) (most, least uint32) {
		n := len(x) / lanes * lanes
		most, least = tail(x[n:], src[n*size:], c, add)
		if n > 0 {
			m, l := f(&x[0], &src[0], n, c, add)
			most, least = max(m, most), min(l, least)
		}
		return most, least
	}
}

// wholeDivide and wholeSolve round up: scratch has room for a vector behind
// each row, and what comes out there is not looked at.
func wholeDivide(f asmDivide, lanes int) func(*Mix, []float64, int) {
	return func(m *Mix, q []float64, n int) {
		f(&q[0], (n+lanes-1)/lanes*lanes, m.d, m.rd)
	}
}

func wholeSolve(f asmSolve, lanes int) func(*Mix, []float64, int) {
	return func(m *Mix, rows []float64, n int) {
		f(&rows[0], stride*8, len(m.ns), (n+lanes-1)/lanes*lanes, m.d, m.rd)
	}
}

func wholeRound(f asmRound, tail rounder, lanes, size int) rounder {
	return func(dst []byte, q []float64) bool {
		n := len(q) / lanes * lanes
		special := tail(dst[n*size:], q[n:])
		if n > 0 && f(&dst[0], &q[0], n) {
			special = true
		}
		return special
	}
}

// wholeWiden reads the last numbers from a copy with zeros behind them; rows
// have room for a vector behind a block.
func wholeWiden(f asmWiden, lanes int) func([]int32, []byte) extremes {
	return func(row []int32, src []byte) extremes {
		var most uint32
		var minus0 bool
		n := len(src) / 2 / lanes * lanes
		if n > 0 {
			most, minus0 = f(&row[0], &src[0], n)
		}
		if 2*n < len(src) {
			var tail [64]byte
			copy(tail[:], src[2*n:])
			m, z := f(&row[n], &tail[0], lanes)
			most, minus0 = max(most, m), minus0 || z
		}
		return newExtremes(most, minus0)
	}
}

// wholeBlend writes the last results by way of a vector of its own. What it
// reads there behind the block may be anything.
func wholeBlend(f asmBlend, lanes int) func(*blend, []int32, []byte, bool) {
	return func(b *blend, rows []int32, dst []byte, exact bool) {
		n := len(dst) / 2 / lanes * lanes
		if n > 0 {
			f(&dst[0], &rows[0], &b.terms[0], b.once, len(b.terms), n, b.d, b.rd, exact)
		}
		if 2*n < len(dst) {
			var tail [128]byte
			f(&tail[0], &rows[n], &b.terms[0], b.once, len(b.terms), lanes, b.d, b.rd, exact)
			copy(dst[2*n:], tail[:])
		}
	}
}
