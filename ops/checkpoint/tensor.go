package checkpoint

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// Limits of what is read and written. The header's is the format's own.
const (
	MaxHeader  = 100_000_000 // bytes of JSON
	MaxTensors = 1_000_000
	MaxRank    = 32
	MaxName    = 64 << 10 // bytes
	maxDepth   = 127      // nesting of unknown fields, as the reference limits it
)

// Spec is a tensor without its place in a file. Shape is in elements, row
// major; an empty shape is a scalar.
type Spec struct {
	Name  string
	DType DType
	Shape []int64
}

// Elements returns the number of elements, 1 for a scalar.
func (s *Spec) Elements() int64 { return product(s.Shape) }

// Tensor is a tensor of a file.
type Tensor struct {
	Name   string
	DType  DType
	Shape  []int64
	Offset int64 // of the first byte, from the start of the file
	Bytes  int64
}

// Elements returns the number of elements, 1 for a scalar.
func (t *Tensor) Elements() int64 { return product(t.Shape) }

// Spec returns t without its place.
func (t *Tensor) Spec() Spec { return Spec{t.Name, t.DType, t.Shape} }

func product(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}

// FormatError says what is wrong with a file, in words for its user.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string { return e.Reason }

func malformed(format string, args ...any) error {
	return &FormatError{Reason: fmt.Sprintf(format, args...)}
}

// byteSize returns the bytes that a shape takes. Like the reference it
// multiplies from the left, so an overflow before a zero is one.
func byteSize(d DType, shape []int64) (int64, error) {
	n := uint64(1)
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("a dimension of its shape %s is negative", shapeText(shape))
		}
		hi, lo := bits.Mul64(n, uint64(dim))
		if hi != 0 {
			return 0, fmt.Errorf("its shape %s has more elements than can be counted", shapeText(shape))
		}
		n = lo
	}
	hi, n := bits.Mul64(n, uint64(d.Bits()))
	if hi != 0 || n/8 > math.MaxInt64 {
		return 0, fmt.Errorf("its shape %s has more elements than can be counted", shapeText(shape))
	}
	if n%8 != 0 {
		return 0, fmt.Errorf("its %d elements of %s do not fill whole bytes", n/uint64(d.Bits()), d)
	}
	return int64(n / 8), nil
}

// shapeText writes a shape for messages: "[320, 4, 3, 3]".
func shapeText(shape []int64) string {
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}

// quote shows a name in a message: printable, and not longer than a line.
func quote(name string) string {
	const most = 120
	if len(name) <= most {
		return fmt.Sprintf("%q", name)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return fmt.Sprintf("%q… (%d bytes)", name[:cut], len(name))
}
