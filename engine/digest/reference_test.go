package digest

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"unsafe"
)

// reference is a kernel as FIPS 180-4 writes it, one lane after the other.
func reference(lanes int, state *laneState, data *laneData, blocks int) {
	for i := range lanes {
		p := unsafe.Slice(data[i], blocks*blockSize)
		var h [8]uint32
		for j := range h {
			h[j] = state[j*lanes+i]
		}
		for ; len(p) > 0; p = p[blockSize:] {
			referenceBlock(&h, p)
		}
		for j := range h {
			state[j*lanes+i] = h[j]
		}
	}
}

func referenceBlock(state *[8]uint32, p []byte) {
	rotr := func(x uint32, n int) uint32 { return bits.RotateLeft32(x, -n) }
	var w [64]uint32
	for t := range w {
		if t < 16 {
			w[t] = binary.BigEndian.Uint32(p[4*t:])
			continue
		}
		x, y := w[t-15], w[t-2]
		w[t] = w[t-16] + w[t-7] + (rotr(x, 7) ^ rotr(x, 18) ^ x>>3) + (rotr(y, 17) ^ rotr(y, 19) ^ y>>10)
	}
	a, b, c, d, e, f, g, h := state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
	for t := range w {
		t1 := h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (e&f ^ ^e&g) + referenceConstants[t] + w[t]
		t2 := (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + (a&b ^ a&c ^ b&c)
		a, b, c, d, e, f, g, h = t1+t2, a, b, c, d+t1, e, f, g
	}
	for i, v := range [8]uint32{a, b, c, d, e, f, g, h} {
		state[i] += v
	}
}

// referenceConstants are the fractions of the cube roots of the first primes.
var referenceConstants = func() (k [64]uint32) {
	n := 0
	for p := int64(2); n < len(k); p++ {
		if big.NewInt(p).ProbablyPrime(0) {
			_, frac := math.Modf(math.Cbrt(float64(p)))
			k[n] = uint32(frac * (1 << 32))
			n++
		}
	}
	return k
}()
