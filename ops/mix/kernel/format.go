package kernel

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Format is a floating-point storage format, little-endian in memory.
type Format uint8

const (
	F64    Format = iota // IEEE binary64
	F32                  // IEEE binary32
	F16                  // IEEE binary16
	BF16                 // the upper half of binary32
	F8E4M3               // the "fn" variant: no infinities, NaN is 7F or FF, largest 448
	F8E5M2               // IEEE-like, largest 57344

	numFormats
)

// layout holds what sets one binary format apart from another.
type layout struct {
	name     string // as in safetensors headers
	size     int    // bytes
	fraction uint   // explicit mantissa bits
	bias     int
	inf      uint64 // first code that is no finite number: infinity where there is one
	nan      uint64 // the canonical NaN
}

var layouts = [numFormats]layout{
	F64:    {"F64", 8, 52, 1023, 0x7ff << 52, 0x7ff8 << 48},
	F32:    {"F32", 4, 23, 127, 0xff << 23, 0x7fc00000},
	F16:    {"F16", 2, 10, 15, 0x7c00, 0x7e00},
	BF16:   {"BF16", 2, 7, 127, 0x7f80, 0x7fc0},
	F8E4M3: {"F8_E4M3", 1, 3, 7, 0x7f, 0x7f},
	F8E5M2: {"F8_E5M2", 1, 2, 15, 0x7c, 0x7e},
}

// ParseFormat finds a format by its safetensors name, such as "BF16" or "F8_E4M3".
func ParseFormat(name string) (Format, error) {
	for f := range layouts {
		if layouts[f].name == name {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("parse format %q: not a floating-point format that can be mixed", name)
}

// String is the safetensors name.
func (f Format) String() string {
	if f >= numFormats {
		return fmt.Sprintf("Format(%d)", uint8(f))
	}
	return layouts[f].name
}

// Size is the number of bytes of one element.
func (f Format) Size() int { return layouts[f].size }

// precision is the number of significant bits, the hidden one included.
func (f Format) precision() uint { return layouts[f].fraction + 1 }

// sign is the sign bit of a code.
func (f Format) sign() uint64 { return 1 << (8*uint(layouts[f].size) - 1) }

// load reads the code of element i.
func (f Format) load(src []byte, i int) uint64 {
	switch layouts[f].size {
	case 1:
		return uint64(src[i])
	case 2:
		return uint64(binary.LittleEndian.Uint16(src[2*i:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(src[4*i:]))
	default:
		return binary.LittleEndian.Uint64(src[8*i:])
	}
}

// store writes the code of element i.
func (f Format) store(dst []byte, i int, code uint64) {
	switch layouts[f].size {
	case 1:
		dst[i] = byte(code)
	case 2:
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(code))
	case 4:
		binary.LittleEndian.PutUint32(dst[4*i:], uint32(code))
	default:
		binary.LittleEndian.PutUint64(dst[8*i:], code)
	}
}

type class uint8

const (
	finite class = iota
	infinite
	notANumber
)

// term is a number taken apart: ±m·2^e where it is finite.
type term struct {
	class class
	neg   bool
	m     uint64
	e     int
}

// decode takes a code apart, exactly.
func (f Format) decode(code uint64) term {
	l := &layouts[f]
	t := term{neg: code&f.sign() != 0}
	abs := code &^ f.sign()
	switch {
	case abs < l.inf:
	case abs == l.inf && l.inf != l.nan:
		t.class = infinite
		return t
	default:
		t.class = notANumber
		return t
	}
	t.m = abs & (1<<l.fraction - 1)
	e := int(abs >> l.fraction)
	if e > 0 {
		t.m |= 1 << l.fraction
		e--
	}
	t.e = e + 1 - l.bias - int(l.fraction)
	return t
}

// encode rounds the magnitude m·2^e to nearest, ties to even. The top bit of m
// must be set; its lowest bit may stand for all that was cut off below it. A
// result of at least layouts[f].inf is an overflow. The sign is the caller's.
func (f Format) encode(m uint64, e int) uint64 {
	l := &layouts[f]
	exp := e + 63 + l.bias // biased exponent of a normal result
	cut := 63 - l.fraction
	base := uint64(0)
	switch {
	case exp > 2*l.bias+1:
		return l.inf
	case exp >= 1:
		// The hidden bit of the mantissa adds the missing 1 to the exponent.
		base = uint64(exp-1) << l.fraction
	case 1-exp+int(cut) > 64:
		return 0 // less than half of the smallest subnormal
	default:
		cut += uint(1 - exp)
	}
	kept, rest := m>>cut, m<<(64-cut)
	if rest > 1<<63 || rest == 1<<63 && kept&1 != 0 {
		kept++ // a carry out of the mantissa lands in the exponent, as it should
	}
	return base + kept
}

// encodeFloat rounds a finite float64, whose lowest bit may be sticky, to f.
// overflow says that the magnitude left the range of f.
func (f Format) encodeFloat(code uint64) (out uint64, overflow bool) {
	t := F64.decode(code)
	if t.m != 0 {
		z := bits.LeadingZeros64(t.m)
		out = f.encode(t.m<<z, t.e-z)
	}
	if out >= layouts[f].inf {
		return f.infinity(t.neg), true
	}
	if t.neg {
		out |= f.sign()
	}
	return out, false
}

// infinity is the code an infinite result has: F8E4M3 knows only NaN.
func (f Format) infinity(neg bool) uint64 {
	l := &layouts[f]
	if neg && l.inf != l.nan {
		return l.inf | f.sign()
	}
	return l.inf
}
