// Package kernel computes the correctly rounded mix
//
//	y = RN_out(Σ nᵢ·xᵢ / D)
//
// element by element: nᵢ and D are integers without a common divisor, the sum
// and the quotient are exact rationals, and there is one rounding, to nearest
// with ties to even, into the output format.
//
// The contract defines the value, never the way to it, so the paths below and
// the instruction sets under them agree in every bit:
//
//   - copy: one input, coefficient 1, same format. Bytes are copied.
//   - a: F16 to F16 with small integers. Sums are exact in float64; the one
//     rounded division cannot cross a rounding boundary of F16 (see mixA).
//     Blocks of small numbers, as most are, take int32 and float32 instead, and
//     the mixes of a Batch share what they read there (see whole.go).
//   - b: narrow inputs whose products are exact in float64. The sum is carried
//     as value plus error, the quotient is rounded to odd at 53 bits, and that
//     is rounded once more: odd values never sit on a boundary (see solve).
//   - c: exact integers, for whatever is left, and for the single elements
//     that a and b hand back.
//
// Invariants:
//
//   - A vector routine may give up on an element by making it NaN; any block
//     with a NaN, an infinity or an overflow is looked at again in Go, element
//     by element. So the statistics are counted in one place.
//   - Nothing here reads or writes outside the slices it is given, and nothing
//     is shared between calls but read-only tables and a pool of scratch.
//
// The package knows bytes and coefficients. It must not know tensors, files,
// recipes or threads.
package kernel
