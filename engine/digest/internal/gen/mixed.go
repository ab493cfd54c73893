package main

import "fmt"

// A mixedKernel writes a kernel of eight streams that makes the message
// schedules in the lanes of AVX-512 registers and runs the rounds on the SHA
// unit. Either would be slower alone: a round of eight streams takes sixteen
// instructions in lanes, but four SHA256RNDS2 and as many loads on the unit,
// whose slow instructions are those for the schedule. They meet in memory: a
// pair of words of a lane's schedule, with their constants added, is what
// SHA256RNDS2 takes at a time.
//
// The two are woven into each other a quarter of a block at a time. While the
// rounds of a quarter run, the words of the next are made; during the last, the
// next block is loaded.
//
// On Intel processors legacy instructions, as those of the SHA unit are, must
// merge with the upper halves of registers 0 to 15 once a vector instruction
// has left something there. So the lanes are in registers 16 to 31, and their
// schedule in memory: 16 to 19 hold the words at hand, 20 to 25 scratch, 26 to
// 29 a pair; while loading, 16 to 23 hold rows, 24 the spare one; 31 is the
// byte order. X0 to X8 belong to the rounds. General registers: AX the state
// table, BX the data pointers, CX the end of the data, DX the offset of the
// block being loaded, R11 the same but without a stop at the last block, SI
// scratch, DI the round constants and R10 those of the next quarter, R8 the
// frame, R9 the pairs of this quarter.
type mixedKernel struct {
	*listing
	lanes *lanesKernel // into a listing of its own
	sha   *listing
}

// The frame: every stream's state before the block and now, the last sixteen
// words of the schedule and the pairs of a block, in rows of all lanes.
const (
	mixedStreams = 8
	mixedRow     = 4 * mixedStreams
	mixedBefore  = 0
	mixedNow     = mixedBefore + 32*mixedStreams
	mixedWords   = mixedNow + 32*mixedStreams
	mixedPairs   = mixedWords + 16*mixedRow
	mixedFrame   = mixedPairs + 64*mixedRow
	// a quarter of the pairs
	mixedQuarter = 16 * mixedRow
)

// pairOffset is where in a pair of rows that of stream i is: VPUNPCKLDQ and
// VPUNPCKHDQ make two from each 128 bits.
func pairOffset(i int) int {
	quad, at := i/4, i%4
	return mixedRow*(at/2) + 16*quad + 8*(at%2)
}

// A round of four streams, eight instructions, stays in one piece: it reads
// better, and a finer mixture is not faster.
const mixedGroup = 8

func (e *mixedKernel) kernel() {
	const frame = mixedFrame + 64 // 64 to align it
	e.WriteString("\n// func mixed8(state *laneState, data *laneData, blocks int)\n")
	fmt.Fprintf(e, "TEXT ·mixed8(SB), 0, $%d-24\n", frame)
	e.op("MOVQ state+0(FP), AX")
	e.op("MOVQ data+8(FP), BX")
	e.op("MOVQ blocks+16(FP), CX")
	e.op("TESTQ CX, CX")
	e.op("JZ done")
	e.op("VZEROUPPER")
	e.op("LEAQ ·roundConstants(SB), DI")
	e.op("VBROADCASTI32X4 ·swapBytes(SB), Y%d", swapReg)
	e.op("LEAQ frame-%d(SP), R8", frame)
	e.op("ADDQ $63, R8")
	e.op("ANDQ $~63, R8")
	for i := range mixedStreams {
		for half := range 2 {
			e.gather(mixedStreams, i, half, "X1")
			e.op("MOVO X1, %d(R8)", mixedBefore+32*i+16*half)
			e.op("MOVO X1, %d(R8)", mixedNow+32*i+16*half)
		}
	}
	e.op("SHLQ $6, CX")
	e.op("XORQ DX, DX")
	e.op("XORQ R11, R11")
	e.load()
	e.Write(e.lanes.Bytes())
	e.lanes.Reset()

	e.label("block")
	e.op("LEAQ %d(R8), R9", mixedPairs)
	e.op("LEAQ 64(DI), R10")
	e.op("VMOVDQA32 %s, Y16", mixedWord(0))
	e.op("VMOVDQA32 %s, Y18", mixedWord(15))
	e.op("VMOVDQA32 %s, Y19", mixedWord(14))
	e.label("quarter")
	for t := range 16 {
		e.extend(t)
	}
	e.rounds(false)
	e.mix()
	e.op("ADDQ $%d, R9", mixedQuarter)
	e.op("ADDQ $64, R10")
	e.op("LEAQ 256(DI), SI")
	e.op("CMPQ R10, SI")
	e.op("JNE quarter")

	e.gap()
	e.note("There is nothing to load behind the last block: load it again, for nothing.")
	e.op("ADDQ $64, R11")
	e.op("CMPQ R11, CX")
	e.op("JEQ last")
	e.op("MOVQ R11, DX")
	e.label("last")
	e.load()
	e.rounds(true)
	e.mix()
	e.op("CMPQ R11, CX")
	e.op("JNE block")

	e.gap()
	for i := range mixedStreams {
		for half := range 2 {
			e.op("MOVO %d(R8), X1", mixedBefore+32*i+16*half)
			e.scatter(mixedStreams, i, half, "X1")
		}
	}
	e.label("done")
	e.op("VZEROUPPER")
	e.op("RET")
}

// mix writes what is in the two other listings, woven into each other.
func (e *mixedKernel) mix() {
	e.weave(e.lanes.listing, e.sha, mixedGroup)
	e.lanes.Reset()
	e.sha.Reset()
}

// mixedWord is the row of word t of the schedule.
func mixedWord(t int) string { return fmt.Sprintf("%d(R8)", mixedWords+mixedRow*(t&15)) }

// load loads a block of each lane, transposes it and makes its pairs.
func (e *mixedKernel) load() {
	l := e.lanes
	for first := 0; first < 16; first += 8 {
		l.note("words %d–%d of the next block", first, first+7)
		for i := range 8 {
			l.words[first+i] = 16 + i
		}
		l.spare = 24
		l.load8(first)
		for t := first; t < first+8; t++ {
			l.op("VMOVDQA32 %s, %s", l.schedule(t), mixedWord(t))
			e.pair(t, l.schedule(t), "DI", "R8", mixedPairs)
		}
	}
}

// extend replaces word t of the schedule by word t+16. The words at hand change
// their parts each time: the new word is the next t+15, and the register of
// t+14 is where the next loads its t+1.
func (e *mixedKernel) extend(t int) {
	this, next, last, last2 := 16, 17, 18, 19 // words t, t+1, t+15, t+14
	for range t % 4 {
		this, next, last, last2 = next, last2, this, last
	}
	l := e.lanes
	reg := l.reg
	s := 20 + 3*(t%2)
	scratch := [3]string{reg(s), reg(s + 1), reg(s + 2)}
	l.note("word %d of the next quarter", t)
	l.op("VMOVDQA32 %s, %s", mixedWord(t+1), reg(next))
	l.parity(reg(last2), scratch, "VPRORD $17", "VPRORD $19", "VPSRLD $10")
	l.op("VPADDD %s, %s, %s", mixedWord(t+9), reg(this), reg(this))
	l.op("VPADDD %s, %s, %s", scratch[0], reg(this), reg(this))
	l.parity(reg(next), scratch, "VPRORD $7", "VPRORD $18", "VPSRLD $3")
	l.op("VPADDD %s, %s, %s", scratch[0], reg(this), reg(this))
	l.op("VMOVDQA32 %s, %s", reg(this), mixedWord(t))
	e.pair(t, reg(this), "R10", "R9", mixedQuarter)
}

// pair adds word t's constant to it and, at every second word, writes a pair at
// an offset from a base register.
func (e *mixedKernel) pair(t int, word, constants, base string, offset int) {
	l := e.lanes
	first, second, low, high := l.reg(26), l.reg(27), l.reg(28), l.reg(29)
	if t%2 == 0 {
		l.op("VPADDD.BCST %d(%s), %s, %s", 4*t, constants, word, first)
		return
	}
	l.op("VPADDD.BCST %d(%s), %s, %s", 4*t, constants, word, second)
	l.op("VPUNPCKLDQ %s, %s, %s", second, first, low)
	l.op("VPUNPCKHDQ %s, %s, %s", second, first, high)
	l.op("VMOVDQA32 %s, %d(%s)", low, offset+mixedRow*(t-1), base)
	l.op("VMOVDQA32 %s, %d(%s)", high, offset+mixedRow*t, base)
}

// rounds is the sixteen rounds of a quarter, four streams at a time; after the
// last quarter it adds the state before the block.
func (e *mixedKernel) rounds(last bool) {
	l := e.sha
	for set := 0; set < mixedStreams; set += 4 {
		half := func(i, half int) string { return xmm(1 + 2*(i-set) + half%2) }
		l.note("the states of streams %d–%d", set, set+3)
		for i := set; i < set+4; i++ {
			for h := range 2 {
				l.op("MOVO %d(R8), %s", mixedNow+32*i+16*h, half(i, h))
			}
		}
		for r := range 8 {
			l.note("rounds %d and %d of streams %d–%d", 2*r, 2*r+1, set, set+3)
			for i := set; i < set+4; i++ {
				l.op("VMOVQ %d(R9), X0", 2*mixedRow*r+pairOffset(i))
				l.op("SHA256RNDS2 X0, %s, %s", half(i, r), half(i, r+1))
			}
		}
		for i := set; i < set+4; i++ {
			for h := range 2 {
				if last {
					l.op("PADDL %d(R8), %s", mixedBefore+32*i+16*h, half(i, h))
					l.op("MOVO %s, %d(R8)", half(i, h), mixedBefore+32*i+16*h)
				}
				l.op("MOVO %s, %d(R8)", half(i, h), mixedNow+32*i+16*h)
			}
		}
	}
}
