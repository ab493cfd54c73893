package checkpoint

import (
	"fmt"
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
	if hi != 0 {
		return 0, fmt.Errorf("its shape %s has more elements than can be counted", shapeText(shape))
	}
	if n%8 != 0 {
		return 0, fmt.Errorf("%s of shape %s takes %d bits, which is no whole number of bytes", d, shapeText(shape), n)
	}
	return int64(n / 8), nil
}

// shapeText writes a shape for messages: "[320, 4, 3, 3]".
func shapeText(shape []int64) string {
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}

// bytesText writes a number of bytes for messages.
func bytesText(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// quote shows a name in a message: printable, and not longer than a line.
func quote(name string) string {
	if start := beginning(name); start != name {
		return fmt.Sprintf("%q… (%d bytes)", start, len(name))
	}
	return fmt.Sprintf("%q", name)
}

// beginning is as many whole characters of a text as a message has room for.
func beginning(text string) string {
	const most = 120 // bytes
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}
