package digest

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// A kernel advances several streams in step.
type kernel struct {
	name  string
	lanes int
	// cost is the time of some steps, each a block in every lane whether used
	// or not. Only its ratio to others of a method matters.
	cost int
	// run hashes blocks × 64 bytes from data[i] into lane i for all lanes; word
	// w of lane i's state is state[w*lanes+i].
	run func(state *laneState, data *laneData, blocks int)
}

const maxLanes = 16

type (
	laneState [8 * maxLanes]uint32
	laneData  [maxLanes]*byte
)

const (
	generic = "generic" // crypto/sha256, one stream after the other
	auto    = "auto"    // whatever is fastest for the streams at hand
)

// A method is a way to run Update.
type method struct {
	kernels []kernel
	single  int  // the cost of crypto/sha256: of as many blocks, of one stream
	always  bool // use the kernel however little there is to hash
}

// current is what Use has set; nil stands for automatic().
var current atomic.Pointer[method]

// Implementations names what this machine can run: "generic" is always the
// first, the kernels for several streams follow.
func Implementations() []string {
	names := []string{generic}
	for _, k := range kernels {
		names = append(names, k.name)
	}
	return names
}

// Use makes every later Update run on the named implementation alone, or, with
// "auto", on the fastest for each moment, which is the default. All give the
// same digests; Use is for tests and measurements.
func Use(name string) error {
	switch name {
	case auto:
		current.Store(nil)
		return nil
	case generic:
		current.Store(&method{})
		return nil
	}
	for i, k := range kernels {
		if k.name == name {
			current.Store(&method{kernels: kernels[i : i+1], always: true})
			return nil
		}
	}
	return fmt.Errorf("use sha-256 implementation %q: this machine has %s", name, strings.Join(Implementations(), ", "))
}
