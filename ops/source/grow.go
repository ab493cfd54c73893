package source

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"
	"sync"

	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix/kernel"
)

// A weight is a whole number times 2^(spread−fractionBits): 16 random bits of
// the base, uniform in ±2^spread, and for a relative 16 more, a sixteenth as
// large. Both come from a counter-based generator (SplitMix64, Steele, Lea and
// Flood 2014) keyed by seed and name, so any piece of any tensor can be grown
// alone. The number fits into float32 exactly; the kernels round it once.
const (
	baseShift    = 4 // bits by which the base stands above the difference
	fractionBits = 15 + baseShift
)

// field is one tensor's values before they are rounded.
type field struct {
	base, tune uint64 // keys of the generator; tune is unused if the tensor is not tuned
	tuned      bool
	offset     int32   // what the weights scatter around, in units
	unit       float32 // a power of two
}

// field prepares a tensor; the frozen parts of a relative are the base's own.
func (y *Synth) field(s *checkpoint.Spec) *field {
	y.mu.Lock()
	defer y.mu.Unlock()
	if f := y.recent[s.Name]; f != nil {
		return f
	}
	base := y.seed
	if y.tuned {
		base = y.from
	}
	f := &field{base: streamKey(base, s.Name)}
	if component, _ := checkpoint.Place(checkpoint.SD1, s.Name); y.tuned && component != checkpoint.VAE {
		f.tuned, f.tune = true, streamKey(y.seed, s.Name) // fine-tuning leaves the VAE alone
	}
	spread := -4
	switch {
	case len(s.Shape) > 1: // He's initialisation: the variance is a power of the fan-in
		fan := s.Elements() / max(s.Shape[0], 1)
		spread = -bits.Len64(uint64(fan)) / 2
	case isNorm(s.Name): // normalisation weights scatter around 1
		f.offset = 1 << (fractionBits - spread)
	}
	f.unit = float32(math.Ldexp(1, spread-fractionBits))
	if len(y.recent) > 16 {
		clear(y.recent)
	}
	y.recent[s.Name] = f
	return f
}

func isNorm(name string) bool {
	if !strings.HasSuffix(name, ".weight") {
		return false
	}
	for _, part := range []string{"norm", ".ln_", "in_layers.0.", "out_layers.0.", ".out.0."} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

func streamKey(seed uint64, name string) uint64 {
	sum := digest.Of(fmt.Appendf(nil, "cosmo synth %d\n%d\n%s\n", Version, seed, name))
	return binary.LittleEndian.Uint64(sum[:])
}

// random is number i of the generator with a key.
func random(key, i uint64) uint64 {
	z := key + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// piece is how many elements are grown at a time: their floats stay in the
// first-level cache.
const piece = 2048

// Fill writes the elements of a tensor of y from element first on, as many as
// p holds. Integers count up (position_ids).
func (y *Synth) Fill(s checkpoint.Spec, first int64, p []byte) {
	if !s.DType.IsFloat() {
		count(s.DType.Size(), uint64(first), p)
		return
	}
	f := y.field(&s)
	to := roundingTable()[s.DType]
	size := s.DType.Size()
	var raw [piece * 4]byte
	for len(p) > 0 {
		n := min(piece-int(first%4), len(p)/size)
		f.grow(raw[:4*n], uint64(first))
		to.Run(p[:n*size], [][]byte{raw[:4*n]}, new(kernel.Stats)) // in range by construction: nothing to count
		p, first = p[n*size:], first+int64(n)
	}
}

// grow writes float32s from element first on.
func (f *field) grow(raw []byte, first uint64) {
	for i := first; len(raw) > 0; {
		base, tune := random(f.base, i/4), uint64(0x8000800080008000)
		if f.tuned {
			tune = random(f.tune, i/4)
		}
		for k := i % 4; k < 4 && len(raw) > 0; k++ {
			b := int32(uint16(base>>(16*k))) - 1<<15
			t := int32(uint16(tune>>(16*k))) - 1<<15
			v := float32(f.offset+b<<baseShift+t) * f.unit
			binary.LittleEndian.PutUint32(raw, math.Float32bits(v))
			raw, i = raw[4:], i+1
		}
	}
}

// roundingTable holds, by type, the mix that is one float32.
var roundingTable = sync.OnceValue(func() map[checkpoint.DType]*kernel.Mix {
	all := map[checkpoint.DType]*kernel.Mix{}
	for _, d := range synthTypes {
		f, err := kernel.ParseFormat(d.String())
		if err == nil {
			all[d], err = kernel.Compile([]*big.Rat{big.NewRat(1, 1)}, []kernel.Format{kernel.F32}, f)
		}
		if err != nil {
			panic(fmt.Sprintf("source: %v", err)) // the types above are formats that can be mixed
		}
	}
	return all
})

// count writes the numbers first, first+1, … as little-endian integers.
func count(size int, first uint64, p []byte) {
	for i := range p {
		k := first + uint64(i/size)
		if shift := 8 * (i % size); shift < 64 {
			p[i] = byte(k >> shift)
		}
	}
}
