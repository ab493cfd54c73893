package main

import "fmt"

// A shaKernel writes a kernel that advances a few streams with the SHA
// instructions. SHA256RNDS2 answers after four cycles but could start every
// one or two, so a single stream leaves its unit idle most of the time. With
// the streams' instructions in turns the processor finds by itself what can
// run side by side.
//
// The SHA instructions exist in the legacy encoding alone: registers X0 to
// X15, X0 an implied operand, operands in memory aligned to 16 bytes (the linker
// does that for tables as long as the constants). Each stream has two registers
// for its state, from X1 on, and one for its latest words, behind those of all
// states; two follow for scratch, X15 is the byte order. General registers:
// AX the state table, BX the data pointers, CX the blocks left, DX the offset
// of the block in each stream's data, DI the round constants, R8 the frame, R9
// and up the streams' data.
type shaKernel struct {
	*listing
	streams int
	latest  []int // the register of each stream's four latest words
	spare   int   // the one where the next four words are made
	scratch int
}

const shaSwapReg = 15

// The halves in which SHA256RNDS2 wants the state: the words a, b, e, f and c,
// d, g, h, from the last to the first.
var halves = [2][4]int{{5, 4, 1, 0}, {7, 6, 3, 2}}

// gather loads a half of stream i's state from the table at AX.
func (l *listing) gather(lanes, i, half int, reg string) {
	for at, w := range halves[half] {
		l.op("PINSRD $%d, %d(AX), %s", at, 4*(w*lanes+i), reg)
	}
}

// scatter is the opposite of gather.
func (l *listing) scatter(lanes, i, half int, reg string) {
	for at, w := range halves[half] {
		l.op("PEXTRD $%d, %s, %d(AX)", at, reg, 4*(w*lanes+i))
	}
}

func xmm(n int) string { return fmt.Sprintf("X%d", n) }

// half is the register of a half of stream i's state.
func (e *shaKernel) half(i, half int) string { return xmm(1 + 2*i + half) }

// The frame holds the state before the block and the last sixteen words of
// every stream's schedule.
func (e *shaKernel) before(i, half int) string { return fmt.Sprintf("%d(R8)", 32*i+16*half) }
func (e *shaKernel) words(i, group int) string {
	return fmt.Sprintf("%d(R8)", 32*e.streams+64*i+16*(group&3))
}

func (e *shaKernel) kernel() {
	n := e.streams
	frame := 96*n + 16 // 16 to align it
	fmt.Fprintf(e, "\n// func sha%d(state *laneState, data *laneData, blocks int)\n", n)
	fmt.Fprintf(e, "TEXT ·sha%d(SB), NOSPLIT, $%d-24\n", n, frame)
	e.op("MOVQ state+0(FP), AX")
	e.op("MOVQ data+8(FP), BX")
	e.op("MOVQ blocks+16(FP), CX")
	e.op("TESTQ CX, CX")
	e.op("JZ done")
	e.op("LEAQ ·roundConstants(SB), DI")
	e.op("MOVOU ·swapBytes(SB), %s", xmm(shaSwapReg))
	e.op("LEAQ frame-%d(SP), R8", frame)
	e.op("ADDQ $15, R8")
	e.op("ANDQ $~15, R8")
	for i := range n {
		e.note("stream %d", i)
		e.op("MOVQ %d(BX), R%d", 8*i, 9+i)
		for half := range 2 {
			e.gather(n, i, half, e.half(i, half))
			e.op("MOVO %s, %s", e.half(i, half), e.before(i, half))
		}
	}
	e.op("XORQ DX, DX")

	e.label("block")
	next := 1 + 2*n
	e.latest = make([]int, n)
	for i := range n {
		e.latest[i] = next + i
	}
	e.spare, e.scratch = next+n, next+n+1
	for group := range 16 {
		for i := range n {
			e.note("rounds %d–%d of stream %d", 4*group, 4*group+3, i)
			if group < 4 {
				e.load(i, group)
			} else {
				e.extend(i, group)
			}
			e.rounds(i, group)
		}
	}

	e.gap()
	for i := range n {
		for half := range 2 {
			e.op("PADDL %s, %s", e.before(i, half), e.half(i, half))
			e.op("MOVO %s, %s", e.half(i, half), e.before(i, half))
		}
	}
	e.op("ADDQ $64, DX")
	e.op("DECQ CX")
	e.op("JNZ block")
	e.gap()
	for i := range n {
		for half := range 2 {
			e.scatter(n, i, half, e.half(i, half))
		}
	}
	e.label("done")
	e.op("RET")
}

// load takes four words of the schedule from stream i's block.
func (e *shaKernel) load(i, group int) {
	e.op("MOVOU %d(R%d)(DX*1), %s", 16*group, 9+i, xmm(e.spare))
	e.op("PSHUFB %s, %s", xmm(shaSwapReg), xmm(e.spare))
	e.keep(i, group)
}

// extend makes four words of the schedule from the sixteen before them.
func (e *shaKernel) extend(i, group int) {
	words, latest, scratch := xmm(e.spare), xmm(e.latest[i]), xmm(e.scratch)
	e.op("MOVO %s, %s", e.words(i, group-4), words)
	e.op("SHA256MSG1 %s, %s", e.words(i, group-3), words)
	e.op("MOVO %s, %s", latest, scratch)
	e.op("PALIGNR $4, %s, %s", e.words(i, group-2), scratch)
	e.op("PADDL %s, %s", scratch, words)
	e.op("SHA256MSG2 %s, %s", latest, words)
	e.keep(i, group)
}

// keep makes the new words the latest, and the register of those before them
// the spare one.
func (e *shaKernel) keep(i, group int) {
	e.latest[i], e.spare = e.spare, e.latest[i]
	if group+2 < 16 { // the group after the next reads them from memory
		e.op("MOVO %s, %s", xmm(e.latest[i]), e.words(i, group))
	}
}

// rounds is the four rounds that take the latest words.
func (e *shaKernel) rounds(i, group int) {
	e.op("MOVO %s, X0", xmm(e.latest[i]))
	e.op("PADDL %d(DI), X0", 16*group)
	e.op("SHA256RNDS2 X0, %s, %s", e.half(i, 0), e.half(i, 1))
	e.op("PSHUFD $0x0e, X0, X0")
	e.op("SHA256RNDS2 X0, %s, %s", e.half(i, 1), e.half(i, 0))
}
