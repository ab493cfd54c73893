package digest

import (
	"encoding/binary"
	"testing"
)

// TestKernels compares every kernel with the reference, each lane on other data
// and from another state than an actual stream could have.
func TestKernels(t *testing.T) {
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			for _, blocks := range []int{0, 1, 2, 3, 4, 5, 16, 33} {
				var got, want laneState
				var data laneData
				seed := uint64(100 * blocks)
				for i := range k.lanes {
					// No data at all for no blocks: it may not be touched.
					if blocks > 0 {
						data[i] = &fill(make([]byte, blocks*blockSize), seed+uint64(i))[0]
					}
				}
				words := fill(make([]byte, 4*len(got)), seed+99)
				for i := range got { // those of other lanes must stay as they are
					got[i] = binary.LittleEndian.Uint32(words[4*i:])
				}
				want = got
				k.run(&got, &data, blocks)
				if blocks > 0 {
					reference(k.lanes, &want, &data, blocks)
				}
				if got != want {
					t.Errorf("%d blocks: wrong state", blocks)
				}
			}
		})
	}
}
