package digest

import (
	"os"
	"strings"
	"testing"
)

// TestMeasured gives kernels of known cost to a clock that they alone move, and
// that is disturbed all the time but once for each.
func TestMeasured(t *testing.T) {
	var now uint64
	slow := func(name string, lanes int, cost uint64, quiet int) kernel {
		run := 0
		return kernel{name: name, lanes: lanes, cost: 1, run: func(state *laneState, data *laneData, blocks int) {
			if blocks != trialBlocks {
				t.Errorf("%s: %d blocks", name, blocks)
			}
			reference(lanes, state, data, blocks) // all lanes must have data
			now += cost
			if run != quiet {
				now += 1000
			}
			run++
		}}
	}
	given := []kernel{slow("first", 4, 70, 0), slow("between", 8, 50, 2), slow("last", 16, 90, trials-1)}
	m := measured(given, func() uint64 { now += 5; return now })
	for i, want := range []int{75, 55, 95} {
		if k := m.kernels[i]; k.cost != want || k.name != given[i].name {
			t.Errorf("kernel %d is %s at %d, want %s at %d", i, k.name, k.cost, given[i].name, want)
		}
	}
	if m.single != 5 { // crypto/sha256 does not move this clock
		t.Errorf("crypto/sha256 at %d, want 5", m.single)
	}
	if m.always {
		t.Error("the choice is no choice")
	}
}

func TestAutomaticHasCosts(t *testing.T) {
	m := automatic()
	if len(m.kernels) != len(kernels) || m.single <= 0 {
		t.Errorf("%d kernels of %d, crypto/sha256 at %d", len(m.kernels), len(kernels), m.single)
	}
	for _, k := range m.kernels {
		if k.cost <= 0 {
			t.Errorf("%s costs %d", k.name, k.cost)
		}
	}
}

// TestSHAIsFound asks Linux, which may know of fewer features than the CPU
// tells, but not of more.
func TestSHAIsFound(t *testing.T) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip("this system does not say what its processor can do:", err)
	}
	if strings.Contains(string(info), " sha_ni") && !hasSHA() {
		t.Error("the SHA instructions were not found")
	}
}
