package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
)

func parse(t testing.TB, text string) *Synth {
	t.Helper()
	y, err := ParseSynth(text)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func spec(t testing.TB, y *Synth, name string) checkpoint.Spec {
	t.Helper()
	specs := y.Specs()
	i := slices.IndexFunc(specs, func(s checkpoint.Spec) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no tensor %s", name)
	}
	return specs[i]
}

// whole grows a tensor at once.
func whole(y *Synth, s checkpoint.Spec) []byte {
	b := make([]byte, s.Elements()*int64(s.DType.Size()))
	y.Fill(s, 0, b)
	return b
}

const (
	unet = "model.diffusion_model."
	proj = unet + "middle_block.1.proj_in.weight"
	norm = unet + "middle_block.1.norm.weight"
	conv = "first_stage_model.encoder.conv_in.weight"
	bias = "cond_stage_model.transformer.text_model.final_layer_norm.bias"
)

// TestGolden: these values are for ever. The digests were also calculated by a
// program in Python from the words of grow.go; below they are calculated by
// reference.
func TestGolden(t *testing.T) {
	for _, c := range []struct{ source, tensor, want string }{
		{"synth:tiny-sd15?seed=1", proj, "dd7d89e2fb9eb23f0f1b7e0444ed266f60f51dbf827c631d90a8e89b9a62dc8b"},
		{"synth:tiny-sd15?seed=7&from=15", norm, "83f67a637f94389084aa06171fe1ca0d772cdf9c89c823453486ea0475b8c79d"},
		{"synth:tiny-sd15?seed=7&from=15&dtype=bf16", proj, "8918436b9beac6c1bc06ccde1c77ddb49ab2d0397e38c796c697d3f95558c4f2"},
		{"synth:tiny-sd15?seed=7&from=15&dtype=fp32", norm, "dec26b4eb8c16b5253788a440f190c846425c3cf5af2ea584809c1e0ea8e4450"},
		{"synth:tiny-sd15?seed=7&from=15", conv, "1298e96bce481545a202a1a3ffa8ab8d41da85fcc717f7019f46f4cc0e9c13e9"},
		{"synth:tiny-sd15?seed=15", conv, "1298e96bce481545a202a1a3ffa8ab8d41da85fcc717f7019f46f4cc0e9c13e9"},
		{"synth:tiny-sd15?seed=18446744073709551615&from=18446744073709551615", bias, "47cf793069264317acf1d21a378cdf9dfdd058417cd8d883d4ec26e9eca32e69"},
	} {
		y := parse(t, c.source)
		s := spec(t, y, c.tensor)
		if got := digest.Of(whole(y, s)).Hex(); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.tensor, c.source, got, c.want)
		}
		if got := digest.Of(reference(y, s)).Hex(); got != c.want {
			t.Errorf("%s of %s: the reference gives %s, want %s", c.tensor, c.source, got, c.want)
		}
	}
}

// reference grows a tensor by the words of grow.go, a number at a time, as an
// exact fraction that is rounded once.
func reference(y *Synth, s checkpoint.Spec) (out []byte) {
	key := func(seed uint64) uint64 {
		sum := sha256.Sum256(fmt.Appendf(nil, "cosmo synth 1\n%d\n%s\n", seed, s.Name))
		return binary.LittleEndian.Uint64(sum[:])
	}
	draw := func(key uint64, e int64) int64 { // 16 bits of SplitMix64's number e/4
		state := key + uint64(e/4+1)*0x9e3779b97f4a7c15
		state = (state ^ state>>30) * 0xbf58476d1ce4e5b9
		state = (state ^ state>>27) * 0x94d049bb133111eb
		state ^= state >> 31
		return int64(state>>(16*(e%4))&0xffff) - 32768
	}
	base := y.seed
	if y.tuned {
		base = y.from
	}
	spread, center := -4, int64(0)
	if len(s.Shape) > 1 {
		spread = 0
		for fan := s.Elements() / s.Shape[0]; fan >= 2; fan /= 4 { // half of the bits of the fan-in
			spread--
		}
	} else if s.Name == norm {
		center = 1
	}
	for e := range s.Elements() {
		units := 16 * draw(key(base), e)
		if y.tuned && s.Name != conv {
			units += draw(key(y.seed), e)
		}
		v := big.NewRat(units, 1<<(19-spread))
		out = append(out, round(v.Add(v, big.NewRat(center, 1)), s.DType)...)
	}
	return out
}

// round gives the nearest number of a type, the even one of two. (All are small
// and none is 0 by rounding alone.)
func round(v *big.Rat, d checkpoint.DType) []byte {
	f := map[checkpoint.DType]struct{ exp, frac int }{checkpoint.F16: {5, 10}, checkpoint.BF16: {8, 7}, checkpoint.F32: {8, 23}}[d]
	x, exact := v.Float64()
	if !exact {
		panic("more than 53 bits")
	}
	bias := 1<<(f.exp-1) - 1
	_, e := math.Frexp(x) // x is below 2^e
	e = max(e-1, 1-bias)
	units := math.RoundToEven(math.Ldexp(math.Abs(x), f.frac-e)) // exact but for the rounding
	code := uint64(units)
	if code >= 1<<f.frac {
		code += uint64(e+bias-1) << f.frac
	}
	if x < 0 {
		code |= 1 << (f.exp + f.frac)
	}
	return binary.LittleEndian.AppendUint64(nil, code)[:d.Size()]
}

// TestPieces: a tensor is the same however it is asked for, and in whichever
// order, by however many.
func TestPieces(t *testing.T) {
	for _, source := range []string{"synth:tiny-sd15?seed=3", "synth:tiny-sd15?seed=3&from=4&dtype=bf16", "synth:tiny-sd15?seed=3&from=4&dtype=fp32"} {
		y := parse(t, source)
		r := rand.New(rand.NewPCG(1, 1))
		for _, name := range []string{proj, norm, conv, bias, "cond_stage_model.transformer.text_model.embeddings.position_ids"} {
			s := spec(t, y, name)
			want := whole(parse(t, source), s)
			size, n := int64(s.DType.Size()), s.Elements()
			got := make([]byte, len(want))
			// Pieces of all lengths, the last ones first, from elements that are no
			// multiple of anything.
			for end := n; end > 0; {
				start := max(0, end-1-r.Int64N(5000))
				if r.IntN(4) == 0 {
					start = end - 1
				}
				y.Fill(s, start, got[start*size:end*size])
				end = start
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s of %s differs in pieces", name, source)
			}
			if clear(got); n > 1 {
				done := make(chan bool)
				for k := range int64(4) {
					go func() {
						from, to := k*n/4, (k+1)*n/4
						y.Fill(s, from, got[from*size:to*size])
						done <- true
					}()
				}
				for range 4 {
					<-done
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s of %s differs side by side", name, source)
				}
			}
		}
	}
}

// TestLongTensor: beyond what is grown at a time, and beyond 2^32 elements, a
// value still depends on its place alone.
func TestLongTensor(t *testing.T) {
	y := parse(t, "synth:tiny-sd15?seed=3")
	s := checkpoint.Spec{Name: "long.weight", DType: checkpoint.F16, Shape: []int64{1 << 20, 1 << 20}}
	at := int64(1)<<33 + 12_345
	b := make([]byte, 2*10_001)
	y.Fill(s, at, b)
	for _, k := range []int64{0, 1, 2047, 2048, 4095, 10_000} {
		one := make([]byte, 2)
		y.Fill(s, at+k, one)
		if !bytes.Equal(one, b[2*k:2*k+2]) {
			t.Errorf("element %d is %x alone and %x in a piece", at+k, one, b[2*k:2*k+2])
		}
	}
	first := make([]byte, len(b))
	y.Fill(s, at-1<<33, first)
	if bytes.Equal(first, b) {
		t.Error("the values repeat after 2^33")
	}
}

// TestRelatives: a relative is near its base and no copy of it, two relatives of
// a base are different, and all have its VAE. Strangers are strangers.
func TestRelatives(t *testing.T) {
	base, a, b, stranger := parse(t, "synth:tiny-sd15?seed=15"), parse(t, "synth:tiny-sd15?seed=1&from=15"), parse(t, "synth:tiny-sd15?seed=2&from=15"), parse(t, "synth:tiny-sd15?seed=1")
	var near, apart, far, size float64
	n := 0
	for _, s := range base.Specs() {
		if s.DType != checkpoint.F16 {
			continue
		}
		x, xa, xb, xs := halves(whole(base, s)), halves(whole(a, s)), halves(whole(b, s)), halves(whole(stranger, s))
		if vae := strings.HasPrefix(s.Name, "first_stage_model."); vae != slices.Equal(x, xa) || vae != slices.Equal(x, xb) || slices.Equal(x, xs) {
			t.Errorf("%s is the base's own: %v", s.Name, !vae)
			continue
		} else if vae {
			continue
		}
		// Of normalisation weights, how they scatter around 1.
		center := 0.0
		if isNorm(s.Name) && len(s.Shape) == 1 {
			center = 1
		}
		for i := range x {
			near, apart, far, size = near+math.Abs(xa[i]-x[i]), apart+math.Abs(xa[i]-xb[i]), far+math.Abs(xs[i]-x[i]), size+math.Abs(x[i]-center)
			n++
		}
	}
	if n < 4_000_000 {
		t.Fatalf("%d numbers", n)
	}
	// Uniform numbers in ±h are h/2 from 0 on average, and two of them 2h/3
	// apart. A relative's own part is a sixteenth of the base's.
	for _, c := range []struct {
		what      string
		got, want float64
	}{{"relative and base", near / size, 1. / 16}, {"two relatives", apart / size, 4. / 3 / 16}, {"strangers", far / size, 4. / 3}} {
		if math.Abs(c.got/c.want-1) > 0.01 {
			t.Errorf("%s are %.4f of a weight apart, want %.4f", c.what, c.got, c.want)
		}
	}
}

// halves reads F16. None of these numbers is infinite or NaN.
func halves(b []byte) []float64 {
	out := make([]float64, 0, len(b)/2)
	for ; len(b) > 0; b = b[2:] {
		code := binary.LittleEndian.Uint16(b)
		e, m := int(code>>10&31), float64(code&1023)
		if e > 0 {
			m, e = m+1024, e-1
		}
		v := math.Ldexp(m, e-24)
		if code>>15 != 0 {
			v = -v
		}
		out = append(out, v)
	}
	return out
}

// TestCount: integers count up from their place, in every width.
func TestCount(t *testing.T) {
	for size := range 9 {
		if size == 0 {
			continue
		}
		p := make([]byte, 3*size)
		count(size, 254, p)
		for i := range 3 {
			var w [8]byte
			copy(w[:], p[i*size:(i+1)*size])
			got, want := binary.LittleEndian.Uint64(w[:]), uint64(254+i)
			if size == 1 {
				want &= 0xff
			}
			if got != want {
				t.Errorf("%d bytes: %d, want %d", size, got, want)
			}
		}
	}
}
