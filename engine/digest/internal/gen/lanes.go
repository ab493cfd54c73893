package main

import "fmt"

// A lanesKernel writes a kernel that hashes 8 or 16 streams in the lanes of
// AVX-512 registers. Register w of the state holds word w of every lane's
// state; register t of the schedule holds word t of every lane's block. So a
// round is the scalar round of FIPS 180-4 on whole registers, and only loading
// is new: the blocks arrive as rows, one lane after the other, and must be
// transposed.
//
// Vector registers: 0–7 the state, 8–24 the schedule and a spare one, 25–30
// scratch, 31 the byte order. General registers: AX the state table, BX the
// data pointers, CX the blocks left, DX the offset of the block in each lane's
// data, SI scratch, DI and R8 the round constants.
type lanesKernel struct {
	*listing
	lanes int     // 32-bit lanes: 8 in a ymm register, 16 in a zmm register
	words [16]int // the register of each word of the schedule
	spare int     // the one of registers 8–24 that holds no word
}

const (
	scheduleBase = 8
	scratchBase  = 24
	swapReg      = 31
)

// Immediate operands of VPTERNLOGD: the truth tables of the three functions.
const (
	choose   = 0xca
	majority = 0xe8
	parity   = 0x96
)

func (e *lanesKernel) reg(n int) string {
	return fmt.Sprintf("%c%d", map[int]rune{8: 'Y', 16: 'Z'}[e.lanes], n)
}

func (e *lanesKernel) state(w int) string    { return e.reg(w & 7) }
func (e *lanesKernel) schedule(t int) string { return e.reg(e.words[t&15]) }
func (e *lanesKernel) width() int            { return 4 * e.lanes }

// scratch is one of seven free registers; the first of them is the spare.
func (e *lanesKernel) scratch(i int) string {
	if i == 0 {
		return e.reg(e.spare)
	}
	return e.reg(scratchBase + i)
}

func (e *lanesKernel) kernel() {
	fmt.Fprintf(e, "\n// func hash%d(state *laneState, data *laneData, blocks int)\n", e.lanes)
	fmt.Fprintf(e, "TEXT ·hash%d(SB), NOSPLIT, $0-24\n", e.lanes)
	e.op("MOVQ state+0(FP), AX")
	e.op("MOVQ data+8(FP), BX")
	e.op("MOVQ blocks+16(FP), CX")
	e.op("LEAQ ·roundConstants(SB), DI")
	e.op("VBROADCASTI32X4 ·swapBytes(SB), %s", e.reg(swapReg))
	for w := range 8 {
		e.op("VMOVDQU32 %d(AX), %s", w*e.width(), e.state(w))
	}
	e.op("XORQ DX, DX")
	e.op("TESTQ CX, CX")
	e.op("JZ done")

	e.label("block")
	for t := range e.words {
		e.words[t] = scheduleBase + t
	}
	e.spare = scratchBase
	if e.lanes == 16 {
		e.load16()
	} else {
		e.load8(0)
		e.load8(8)
	}
	e.op("MOVQ DI, R8")

	// Rounds 0–47, sixteen at a time; each also makes the word that the same
	// round of the next sixteen will want, in place.
	e.label("rounds")
	for t := range 16 {
		e.round(t)
		e.extend(t)
	}
	e.op("ADDQ $64, R8")
	e.op("LEAQ 192(DI), SI")
	e.op("CMPQ R8, SI")
	e.op("JNE rounds")
	e.gap()
	for t := range 16 {
		e.round(t)
	}

	e.gap()
	for w := range 8 {
		e.op("VPADDD %d(AX), %s, %s", w*e.width(), e.state(w), e.state(w))
		e.op("VMOVDQU32 %s, %d(AX)", e.state(w), w*e.width())
	}
	e.op("ADDQ $64, DX")
	e.op("DECQ CX")
	e.op("JNZ block")
	e.label("done")
	e.op("VZEROUPPER")
	e.op("RET")
}

// round is one round. Instead of moving a…h along, their names move.
func (e *lanesKernel) round(t int) {
	var v [8]string
	for i := range v {
		v[i] = e.state(i - t + 64)
	}
	va, vb, vc, vd, ve, vf, vg, vh := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
	tmp, sum := e.scratch(3), e.scratch(0)

	e.op("VPADDD %s, %s, %s", e.schedule(t), vh, vh)
	e.op("VPADDD.BCST %d(R8), %s, %s", 4*t, vh, vh)
	e.op("VMOVDQA32 %s, %s", ve, tmp)
	e.op("VPTERNLOGD $0x%x, %s, %s, %s", choose, vg, vf, tmp)
	e.op("VPADDD %s, %s, %s", tmp, vh, vh)
	e.sigma(ve, 0, "VPRORD $6", "VPRORD $11", "VPRORD $25")
	e.op("VPADDD %s, %s, %s", sum, vh, vh) // T1
	e.op("VPADDD %s, %s, %s", vh, vd, vd)
	e.op("VMOVDQA32 %s, %s", va, tmp)
	e.op("VPTERNLOGD $0x%x, %s, %s, %s", majority, vc, vb, tmp)
	e.op("VPADDD %s, %s, %s", tmp, vh, vh)
	e.sigma(va, 0, "VPRORD $2", "VPRORD $13", "VPRORD $22")
	e.op("VPADDD %s, %s, %s", sum, vh, vh) // T1 + T2
}

// extend replaces word t by word t+16 of the schedule.
func (e *lanesKernel) extend(t int) {
	w, sum := e.schedule(t), e.scratch(4)
	e.op("VPADDD %s, %s, %s", e.schedule(t+9), w, w)
	e.sigma(e.schedule(t+1), 4, "VPRORD $7", "VPRORD $18", "VPSRLD $3")
	e.op("VPADDD %s, %s, %s", sum, w, w)
	e.sigma(e.schedule(t+14), 4, "VPRORD $17", "VPRORD $19", "VPSRLD $10")
	e.op("VPADDD %s, %s, %s", sum, w, w)
}

// sigma puts the parity of three shifts of x into scratch register s, and uses
// the two after it.
func (e *lanesKernel) sigma(x string, s int, shifts ...string) {
	e.parity(x, [3]string{e.scratch(s), e.scratch(s + 1), e.scratch(s + 2)}, shifts...)
}

// parity puts the parity of three shifts of x into the first of the registers.
func (e *lanesKernel) parity(x string, regs [3]string, shifts ...string) {
	for i, shift := range shifts {
		e.op("%s, %s, %s", shift, x, regs[i])
	}
	e.op("VPTERNLOGD $0x%x, %s, %s, %s", parity, regs[2], regs[1], regs[0])
}

// load8 loads words first to first+7 of eight lanes and transposes them.
func (e *lanesKernel) load8(first int) {
	rows := e.words[first : first+8]
	for i := range rows {
		e.row(i, 4*first, rows[i])
	}
	e.unpack(rows)
	// Row 4g+k holds words k and 4+k of lanes 4g to 4g+3, a half each.
	for k := range 4 {
		e.pair("VSHUFI32X4 $0,", "VSHUFI32X4 $3,", rows, k, 4+k)
	}
}

// load16 loads a block of each of sixteen lanes and transposes them.
func (e *lanesKernel) load16() {
	rows := e.words[:]
	for i := range rows {
		e.row(i, 0, rows[i])
	}
	e.unpack(rows)
	// Row 4g+k holds words k, 4+k, 8+k and 12+k of lanes 4g to 4g+3, a quarter
	// each. Taking even from odd quarters twice transposes these over g.
	const even, odd = "VSHUFI32X4 $0x88,", "VSHUFI32X4 $0xdd,"
	for k := range 4 {
		e.pair(even, odd, rows, k, 4+k)
		e.pair(even, odd, rows, 8+k, 12+k)
		e.pair(even, odd, rows, k, 8+k)
		e.pair(even, odd, rows, 4+k, 12+k)
	}
}

// row loads a register's width of lane i's block, the bytes of words swapped.
func (e *lanesKernel) row(i, offset, reg int) {
	e.op("MOVQ %d(BX), SI", 8*i)
	e.op("VMOVDQU32 %d(SI)(DX*1), %s", offset, e.reg(reg))
	e.op("VPSHUFB %s, %s, %s", e.reg(swapReg), e.reg(reg), e.reg(reg))
}

// unpack transposes groups of four rows within each 128 bits of the registers.
func (e *lanesKernel) unpack(rows []int) {
	for g := 0; g < len(rows); g += 4 {
		e.pair("VPUNPCKLDQ", "VPUNPCKHDQ", rows, g, g+1)
		e.pair("VPUNPCKLDQ", "VPUNPCKHDQ", rows, g+2, g+3)
		e.pair("VPUNPCKLQDQ", "VPUNPCKHQDQ", rows, g, g+2)
		e.pair("VPUNPCKLQDQ", "VPUNPCKHQDQ", rows, g+1, g+3)
		rows[g+1], rows[g+2] = rows[g+2], rows[g+1] // the words came as 0, 2, 1, 3
	}
}

// pair replaces rows i and j by two mixtures of them. The first needs a
// register of its own: the spare one, in whose place row i's becomes free.
func (e *lanesKernel) pair(low, high string, rows []int, i, j int) {
	a, b := rows[i], rows[j]
	e.op("%s %s, %s, %s", low, e.reg(b), e.reg(a), e.reg(e.spare))
	e.op("%s %s, %s, %s", high, e.reg(b), e.reg(a), e.reg(b))
	rows[i], e.spare = e.spare, a
}
