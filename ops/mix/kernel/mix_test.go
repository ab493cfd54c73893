package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// rats reads coefficients such as "7/10 0.3 -1".
func rats(t testing.TB, s string) []*big.Rat {
	t.Helper()
	var out []*big.Rat
	for _, f := range strings.Fields(s) {
		r, ok := new(big.Rat).SetString(f)
		if !ok {
			t.Fatalf("bad coefficient %q", f)
		}
		out = append(out, r)
	}
	return out
}

// eachImpl runs f once with every implementation this machine has.
func eachImpl(t *testing.T, f func(t *testing.T)) {
	defer Use(Implementations()[0])
	for _, name := range Implementations() {
		if err := Use(name); err != nil {
			t.Fatal(err)
		}
		t.Run(name, f)
	}
}

// quotas are the coefficients that mixes are tested with.
func quotas(t testing.TB) [][]*big.Rat {
	var all [][]*big.Rat
	for _, s := range []string{
		"0.7 0.3", "0.6 0.2 0.2", "1/3 2/3", "1/3 1/3 1/3", "1/2 1/2", "1 -1", "1 0.5 -0.5", "0.9166666667 0.0833333333",
		"-1", "1/7", "3", "1", "0.4 0.2 0.2 0.2", "1/10 2/10 3/10 4/10", "17/4095 4078/4095", "8191/4095 1/4095", "-1/2 3/4 3/4",
		"1/1125899906842623", "36028797018963968/3 1/3", "1e30 -1e-30", "1/5 1/5 1/5 1/5 1/5", "0.125 0.875 1 -1",
	} {
		all = append(all, rats(t, s))
	}
	step := int64(5)
	if *long {
		step = 1
	}
	for i := int64(1); i < 24; i += step { // smoothstep at i/24
		x := big.NewRat(i, 24)
		s := new(big.Rat).Mul(x, new(big.Rat).Mul(x, new(big.Rat).Sub(big.NewRat(3, 1), new(big.Rat).Add(x, x))))
		all = append(all, []*big.Rat{new(big.Rat).Sub(big.NewRat(1, 1), s), s})
	}
	return all
}

const kinds = 12

// fill makes one element: the codes of all inputs, of one of several kinds.
func fill(rng *rand.Rand, in []Format, x []uint64, kind int) {
	scale := math.Ldexp(1, rng.IntN(40)-30)
	base := rng.NormFloat64() * 0.05
	if kind >= 8 {
		base *= scale
	}
	for i, f := range in {
		mask := f.sign()<<1 - 1
		near := func(v float64) uint64 {
			c, _ := f.encodeFloat(math.Float64bits(v))
			return c
		}
		switch kind {
		case 0: // any bits at all, infinities and NaN among them
			x[i] = rng.Uint64() & mask
		case 1: // subnormals and zeros
			x[i] = rng.Uint64() & (f.sign() | 1<<layouts[f].fraction - 1)
		case 2: // zeros of both signs, and a little
			x[i] = rng.Uint64() & f.sign()
			if rng.IntN(4) == 0 {
				x[i] |= uint64(rng.IntN(3))
			}
		case 3: // near overflow
			x[i] = rng.Uint64()&f.sign() | layouts[f].inf - 1 - uint64(rng.IntN(4))
		case 4, 5, 8: // neighbours: ties, and cancellation where signs differ
			x[i] = near(base) + uint64(rng.IntN(41)-20)
			x[i] &= mask
		case 6: // layers of sizes, so that sums have error terms
			x[i] = near(math.Ldexp(base*rng.Float64(), -rng.IntN(30)*i))
		case 9: // finite, any exponent
			x[i] = rng.Uint64()&f.sign() | rng.Uint64N(layouts[f].inf)
		case 10: // few bits each: exact sums, ties
			x[i] = near(math.Ldexp(float64(rng.IntN(65)-32), rng.IntN(12)-14))
		default: // weights
			x[i] = near(rng.NormFloat64() * 0.05)
		}
	}
}

// sample is a mix, elements for it, and what the oracle says of each.
type sample struct {
	m     *Mix
	coef  []*big.Rat
	elems [][]uint64
	codes []uint64
	stats Stats
}

func newSample(t *testing.T, coef []*big.Rat, in []Format, out Format, elems [][]uint64) *sample {
	t.Helper()
	m, err := Compile(coef, in, out)
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{m: m, coef: coef, elems: elems, codes: make([]uint64, len(elems))}
	var code uint64
	var st Stats
	for i, x := range elems {
		switch {
		case m.Path() == "copy":
			code = x[0]
		case i == 0 || &x[0] != &elems[i-1][0]: // a repeated element is asked for once
			code, st = oracle(coef, in, out, x)
		}
		s.codes[i] = code
		s.stats.Add(st)
	}
	return s
}

// check mixes with the current implementation and compares each element, and
// the counts, with the oracle. It returns how many are wrong.
func (s *sample) check(t *testing.T) (wrong int) {
	t.Helper()
	in, out := s.m.in, s.m.out
	srcs := make([][]byte, len(in))
	for j, f := range in {
		srcs[j] = make([]byte, len(s.elems)*f.Size())
		for i, x := range s.elems {
			f.store(srcs[j], i, x[j])
		}
	}
	dst := make([]byte, len(s.elems)*out.Size())
	var got Stats
	s.m.Run(dst, srcs, &got)
	name := current.Load().name
	for i, code := range s.codes {
		if g := out.load(dst, i); g != code {
			if wrong++; wrong < 5 {
				t.Errorf("%s: %v of %v to %s (path %s), x = %x: got %x, want %x", name, s.coef, in, out, s.m.Path(), s.elems[i], g, code)
			}
		}
	}
	if wrong > 0 || got != s.stats {
		t.Errorf("%s: %v of %v to %s (path %s): %d of %d wrong; stats %+v, want %+v", name, s.coef, in, out, s.m.Path(), wrong, len(s.elems), got, s.stats)
	}
	return wrong
}

// check holds the current implementation to the oracle.
func check(t *testing.T, coef []*big.Rat, in []Format, out Format, elems [][]uint64) {
	t.Helper()
	newSample(t, coef, in, out, elems).check(t)
}

// TestRandom holds all pairs of formats, on all paths and with all
// implementations, to the oracle. Every fourth batch mixes the formats of its
// inputs too.
func TestRandom(t *testing.T) {
	defer Use(Implementations()[0])
	halves := []Format{F16, BF16, F32}
	perPair := 12_500 // more elements in each batch than a vector has lanes
	if *long {
		perPair = 1_300_000
	}
	all := quotas(t)
	for _, from := range []Format{F16, BF16, F32, F64, F8E4M3, F8E5M2} {
		for out := range numFormats {
			n := perPair
			if from == F64 || out == F64 || layouts[from].size == 1 || layouts[out].size == 1 {
				n /= 10
			}
			rng := rand.New(rand.NewPCG(uint64(from), uint64(out)))
			mixes, wrong := 0, 0
			for quota, coef := range all {
				// A calm block takes another way than one with a wild element.
				for batch := range kinds + 1 {
					in := make([]Format, len(coef))
					for i := range in {
						in[i] = from
						if (quota+batch)%4 == 3 && rng.IntN(3) == 0 {
							in[i] = halves[rng.IntN(3)]
						}
					}
					elems := make([][]uint64, n/len(all)/kinds+3)
					for i := range elems {
						kind := batch
						if kind == kinds {
							kind = rng.IntN(kinds)
						}
						elems[i] = make([]uint64, len(in))
						fill(rng, in, elems[i], kind)
					}
					s := newSample(t, coef, in, out, elems)
					for _, name := range Implementations() {
						if err := Use(name); err != nil {
							t.Fatal(err)
						}
						wrong += s.check(t)
					}
					if (quota+batch)%4 != 3 && s.m.Path() != "copy" {
						mixes += len(elems)
					}
				}
			}
			t.Logf("%s to %s: %d mixes of one format, %d wrong in %v", from, out, mixes, wrong, Implementations())
		}
	}
}

// TestCounterExamples: what a float64 sum or quotient rounded twice gets wrong.
func TestCounterExamples(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		for _, c := range []struct {
			coef string
			f    Format
			x    []float64
			want float64
		}{
			{"3/4 1/4", BF16, []float64{1.0078125, -0x1p-70}, 0.75390625},
			{"1/2 1/2 1/2", F32, []float64{1 + 0x1p-23, 1, 0x1p-70}, 1 + 0x1p-23},
		} {
			coef := rats(t, c.coef)
			in := make([]Format, len(coef))
			srcs := make([][]byte, len(coef))
			for i, v := range c.x {
				in[i] = c.f
				srcs[i] = make([]byte, c.f.Size())
				code, _ := c.f.encodeFloat(math.Float64bits(v))
				c.f.store(srcs[i], 0, code)
			}
			m, err := Compile(coef, in, c.f)
			if err != nil {
				t.Fatal(err)
			}
			dst := make([]byte, c.f.Size())
			m.Run(dst, srcs, new(Stats))
			want, _ := c.f.encodeFloat(math.Float64bits(c.want))
			if got := c.f.load(dst, 0); got != want {
				t.Errorf("%s of %v: got %x, want %x", c.coef, c.x, got, want)
			}
		}
	})
}

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		coef string
		in   []Format
		out  Format
		want string
	}{
		{"1", []Format{F16}, F16, "copy"},
		{"-1", []Format{F16}, F16, "a"},
		{"1", []Format{F32}, F16, "b"},
		{"1", []Format{F64}, F16, "c"},
		{"0.6 0.2 0.2", []Format{F16, F16, F16}, F16, "a"},
		{"0.6 0.2 0.2", []Format{F16, BF16, F16}, F16, "b"},
		{"0.6 0.2 0.2", []Format{F16, F16, F16}, F64, "c"},
		{"8192/4095", []Format{F16}, F16, "a"},
		{"8193/4094", []Format{F16}, F16, "b"},
		{"8191/4096", []Format{F16}, F16, "b"},
		{"536870912/3", []Format{F32}, F32, "b"},
		{"536870913/4", []Format{F32}, F32, "c"},
		{"1/1125899906842624", []Format{F32}, F32, "b"},
		{"1/1125899906842625", []Format{F32}, F32, "c"},
		{"0.25 0.75", []Format{F8E4M3, F8E4M3}, F8E4M3, "b"},
	} {
		m, err := Compile(rats(t, c.coef), c.in, c.out)
		if err != nil {
			t.Fatal(err)
		}
		if m.Path() != c.want {
			t.Errorf("%s of %v to %s: path %s, want %s", c.coef, c.in, c.out, m.Path(), c.want)
		}
	}
	for _, c := range []struct {
		coef []*big.Rat
		in   []Format
		out  Format
	}{
		{nil, nil, F16},
		{rats(t, "1"), nil, F16},
		{rats(t, "0"), []Format{F16}, F16},
		{[]*big.Rat{nil}, []Format{F16}, F16},
		{rats(t, "1"), []Format{99}, F16},
		{rats(t, "1"), []Format{F16}, numFormats},
	} {
		if _, err := Compile(c.coef, c.in, c.out); err == nil || !strings.HasPrefix(err.Error(), "compile mix: ") {
			t.Errorf("Compile(%v, %v, %v): error %v", c.coef, c.in, uint8(c.out), err)
		}
	}
	for f := range numFormats {
		if g, err := ParseFormat(f.String()); err != nil || g != f {
			t.Errorf("ParseFormat(%s) = %v, %v", f, g, err)
		}
	}
	if err := Use("abacus"); err == nil || !strings.Contains(err.Error(), "portable") {
		t.Errorf("Use of an unknown name: %v", err)
	}
}

// TestCopy: a copy keeps NaN payloads and counts nothing.
func TestCopy(t *testing.T) {
	m, err := Compile(rats(t, "1"), []Format{F16}, F16)
	if err != nil {
		t.Fatal(err)
	}
	src := []byte{0x01, 0x7d, 0x00, 0x7c, 0x34, 0x12}
	dst := make([]byte, 6)
	var st Stats
	m.Run(dst, [][]byte{src}, &st)
	if fmt.Sprint(dst) != fmt.Sprint(src) || st != (Stats{}) {
		t.Errorf("copy of %x gave %x, %+v", src, dst, st)
	}
}
