package kernel

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
)

// impl is one way of running the inner loops of paths a and b. All of them
// give the same bits.
type impl struct {
	name string
	// mixA is path a for elements from ≤ i < to. True means that some result
	// is infinite or NaN and has to be made again.
	mixA  func(m *Mix, s *scratch, dst []byte, srcs [][]byte, from, to int) bool
	scale [numFormats]scaler
	// divide replaces the first n elements of q by their quotients with D,
	// correctly rounded; NaN for what is not finite.
	divide func(m *Mix, q []float64, n int)
	// solve replaces the first n elements of the first row by the quotient of
	// the sum of all rows with D, rounded to odd; NaN where it cannot.
	solve func(m *Mix, rows []float64, n int)
	round [numFormats]rounder
	// widen and blend are the two steps of whole.go, or nil where they would not
	// be faster than mixA. blend mixes the elements that the rows begin with, a
	// block at most; exact says that no sum is beyond maxSumExact.
	widen func(row []int32, src []byte) extremes
	blend func(b *blend, rows []int32, dst []byte, exact bool)
}

// A scaler reads numbers as float64 and writes c times them to x, or adds that
// to x. It returns the largest and the smallest non-zero code it met, the sign
// shifted out: most = 2·code, 0 if all are zero; least = 2·code−1.
type scaler = func(x []float64, src []byte, c float64, add bool) (most, least uint32)

// A rounder writes quotients in the output format. True means that some may
// be wrong: NaN, overflow, or too small for a short cut.
type rounder = func(dst []byte, q []float64) bool

// impls has the ones this CPU can run, the best first.
var impls = append(vectorImpls(), &portable)

var current atomic.Pointer[impl]

// COSMO_KERNEL overrides the choice; a name that is unknown here is ignored,
// for the bits are the same anyway.
func init() {
	current.Store(impls[0])
	if name := os.Getenv("COSMO_KERNEL"); name != "" {
		_ = Use(name)
	}
}

// Implementations lists the names that Use takes on this CPU, the best first:
// of "avx512", "avx2" and "portable".
func Implementations() []string {
	var names []string
	for _, im := range impls {
		names = append(names, im.name)
	}
	return names
}

// Use makes later calls of Run use the named implementation.
func Use(name string) error {
	for _, im := range impls {
		if im.name == name {
			current.Store(im)
			return nil
		}
	}
	return fmt.Errorf("use kernel %q: this machine has %s", name, strings.Join(Implementations(), ", "))
}
