package pour

import (
	"testing"

	"cosmo/ops/mix"
)

// TestMemory: however many files a pass fills, its buffers leave room within the
// 256 MiB that are promised.
func TestMemory(t *testing.T) {
	for outputs := 1; outputs <= MostOutputs; outputs++ {
		if got := (mix.CPU{Threads: 8}).Memory(outputs, 20); got > 200<<20 {
			t.Errorf("%d outputs of 20 inputs take %d MiB", outputs, got>>20)
		}
	}
}
