package digest

import (
	"crypto/sha256"
	"unsafe"
)

// Which kernel is best for so many streams depends on the CPU more than on
// anything one could ask it: on Zen 4 the SHA unit runs four streams at twice
// the speed of one, and vectors of 16 lanes are hardly better than of 8; on an
// Emerald Rapids Xeon those 16 lanes beat 8 by half. A table would hold
// the machines somebody measured, and mislead on all others. So every kernel
// runs over a kilobyte a few times, once in the life of a process and when
// Update is first called: some 60 µs, as long as hashing 300 kB. A measurement
// that goes wrong can cost speed, never a digest.
const (
	trialBlocks = 16
	// The first runs also wake up the vector units. The least time counts: what
	// interrupts a run only adds.
	trials = 6
)

var trialData [trialBlocks * blockSize]byte

// measured is the method that chooses among the kernels by their costs by the
// given clock.
func measured(kernels []kernel, clock func() uint64) *method {
	h := sha256.New()
	single := kernel{run: func(_ *laneState, data *laneData, blocks int) {
		h.Write(unsafe.Slice(data[0], blocks*blockSize))
	}}
	all := append([]kernel{single}, kernels...)
	var l lanes
	for i := range l.data {
		l.data[i] = &trialData[0]
	}
	for trial := range trials {
		// One after the other, so that a disturbance hits all alike.
		for i := range all {
			k := &all[i]
			start := clock()
			k.run(&l.state, &l.data, trialBlocks)
			if cost := int(clock() - start); trial == 0 || cost < k.cost {
				k.cost = cost
			}
		}
	}
	return &method{kernels: all[1:], single: all[0].cost}
}
