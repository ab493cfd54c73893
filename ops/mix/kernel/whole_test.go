package kernel

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// wholeImpls are the implementations that have the two steps of whole.go.
func wholeImpls(t *testing.T) []*impl {
	var all []*impl
	for _, im := range impls {
		if im.blend != nil {
			all = append(all, im)
		}
	}
	if all == nil {
		t.Skip("no vector routines on this machine")
	}
	return all
}

// quotientF16 rounds s/d units of 2⁻²⁴, below 65504 in all, to F16, by integers.
func quotientF16(s, d int64) uint16 {
	h, a := uint16(0), s
	if a < 0 {
		h, a = 0x8000, -a
	}
	// A result takes 11 bits; from there on its unit doubles with each bit.
	cut := max(bits.Len64(uint64(a/d))-11, 0)
	unit := d << cut
	kept, twice := a/unit, 2*(a%unit)
	if twice > unit || twice == unit && kept&1 != 0 {
		kept++
	}
	return h | uint16(int64(cut)<<10+kept)
}

// TestWiden: every code, at every place in a vector.
func TestWiden(t *testing.T) {
	for _, im := range wholeImpls(t) {
		for shift := range 40 {
			for first := 0; first < 1<<16; first += blockWhole - shift {
				n := min(blockWhole-shift, 1<<16-first)
				src := make([]byte, 2*n)
				var want extremes
				finite := true
				for i := range n {
					h := uint16(first + i)
					binary.LittleEndian.PutUint16(src[2*i:], h)
					finite = finite && h&0x7c00 != 0x7c00
					want.most = max(want.most, fixed(h&0x7fff))
					want.minus0 = want.minus0 || h == 0x8000
				}
				row := make([]int32, strideWhole)
				got := im.widen(row, src)
				if finite && got != want || !finite && got.most <= maxSumWhole {
					t.Fatalf("%s: %d codes from %04x: %+v, want %+v", im.name, n, first, got, want)
				}
				for i := range n {
					h := uint16(first + i)
					if want := fixed(h); h&0x7c00 != 0x7c00 && max(want, -want) < 1<<31 && int64(row[i]) != want {
						t.Fatalf("%s: %04x is %d, want %d", im.name, h, row[i], want)
					}
				}
			}
		}
	}
}

// TestWidenTail: one element that is not 0 is seen wherever it is.
func TestWidenTail(t *testing.T) {
	for _, im := range wholeImpls(t) {
		row := make([]int32, strideWhole)
		for n := 1; n < 140; n++ {
			for i := range n {
				src := make([]byte, 2*n)
				for h, want := range map[uint16]extremes{0x8000: {minus0: true}, 0x0001: {most: 1}, 0xbc00: {most: 1 << 24}} {
					binary.LittleEndian.PutUint16(src[2*i:], h)
					if got := im.widen(row, src); got != want {
						t.Fatalf("%s: %04x at %d of %d: %+v, want %+v", im.name, h, i, n, got, want)
					}
				}
			}
		}
	}
}

// checkSums blends single rows of sums with 1/d and compares.
func checkSums(t *testing.T, d int64, sums []int32) {
	t.Helper()
	b := &blend{terms: []summand{{n: 1}}, once: 1, d: float32(d << 24), rd: 1 / float32(d) / (1 << 24)}
	rows := make([]int32, strideWhole)
	dst := make([]byte, 2*blockWhole)
	for len(sums) > 0 {
		n := copy(rows[:blockWhole], sums)
		sums = sums[n:]
		exact := true
		for _, s := range rows[:n] {
			exact = exact && max(s, -s) <= maxSumExact
		}
		for _, im := range wholeImpls(t) {
			for _, exact := range []bool{false, exact} {
				im.blend(b, rows, dst[:2*n], exact)
				for i, s := range rows[:n] {
					if got, want := binary.LittleEndian.Uint16(dst[2*i:]), quotientF16(int64(s), d); got != want {
						t.Fatalf("%s, exact %v: %d/%d is %04x, want %04x", im.name, exact, s, d, got, want)
					}
				}
			}
		}
	}
}

// TestQuotients: for many D, or for all, the sums on and beside every boundary
// between two F16, and at the ends of what the routines are given.
func TestQuotients(t *testing.T) {
	for d := int64(1); d <= maxDenWhole; d++ {
		if !*long && d > 12 && d%97 != 0 && d < maxDenWhole-1 {
			continue
		}
		sums := []int32{0, 1, -1, maxSumWhole, -maxSumWhole, maxSumWhole - 1, 1 - maxSumWhole}
		for _, end := range []int32{maxSumExact, 1 << 25, 1 << 30} {
			for i := int32(-300); i <= 300; i++ {
				sums = append(sums, end+i, -end-i)
			}
		}
		for h := uint16(0); h < 0x7c00; h++ {
			twice := (fixed(h) + fixed(h+1)) * d // the boundary above h, times 2D
			for s := twice/2 - 2; s <= twice/2+2; s++ {
				if s >= 0 && s <= maxSumWhole {
					sums = append(sums, int32(s), int32(-s))
				}
			}
			if s := fixed(h) * d; s <= maxSumWhole {
				sums = append(sums, int32(s))
			}
		}
		// Small sums apart, so that the other way is taken too.
		var small, large []int32
		for _, s := range sums {
			if max(s, -s) <= maxSumExact {
				small = append(small, s)
			} else {
				large = append(large, s)
			}
		}
		checkSums(t, d, small)
		checkSums(t, d, large)
	}
}

// TestSums: any sums of any size; in long mode all that are exact in float32,
// with the D of the common recipes.
func TestSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 24))
	sums := make([]int32, 50*blockWhole)
	for range 20 {
		for i := range sums {
			sums[i] = (int32(rng.Uint32()) | 1) >> rng.IntN(31)
			sums[i] = max(min(sums[i], maxSumWhole), -maxSumWhole)
		}
		checkSums(t, rng.Int64N(maxDenWhole)+1, sums)
	}
	if !*long {
		return
	}
	for _, d := range []int64{3, 5, 7, 10, 20, 100, 1000} {
		for s := int32(-maxSumExact); s <= maxSumExact; {
			sums = sums[:0]
			for ; s <= maxSumExact && len(sums) < blockWhole; s++ {
				sums = append(sums, s)
			}
			checkSums(t, d, sums)
		}
	}
}

// TestReach: what a block may hold, just within and just beyond the bounds.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		quota string
		x     []float64 // magnitudes of the elements
		way   string
	}{
		{"1/2 1/2", []float64{0.5, 0.5}, "exact"},
		{"1/2 1/2", []float64{0.5, 0.5 + 0x1p-11}, "odd"},
		{"1/2 1/2", []float64{64, 64 - 0x1p-4}, "odd"},
		{"1/2 1/2", []float64{64, 64}, "alone"},
		{"1/2 -1/2", []float64{64, 64}, "alone"},
		{"3/10 -7/10", []float64{0.25, 0.03125}, "exact"},
		{"-1/10 -9/10", []float64{0.25, 0.25}, "alone"}, // zeros make −0
		{"1023/1024 1/1024", []float64{0.125, 0.0625}, "odd"},
		{"1024/1025 1/1025", []float64{0, 0}, "alone"}, // Σ|nᵢ|
		{"1/2048", []float64{0}, "alone"},              // D
		{"1/2047", []float64{0.5}, "exact"},
		{"1/2 1/2", []float64{65504, 65504}, "alone"},
	} {
		coef := rats(t, c.quota)
		in := make([]Format, len(coef))
		for i := range in {
			in[i] = F16
		}
		m, err := Compile(coef, in, F16)
		if err != nil {
			t.Fatal(err)
		}
		way := "alone"
		if m.single != nil {
			var seen []extremes
			for _, x := range c.x {
				seen = append(seen, extremes{most: int64(x * (1 << 24))})
			}
			if sum := m.single.blends[0].reach(seen); sum <= maxSumExact {
				way = "exact"
			} else if sum <= maxSumWhole {
				way = "odd"
			}
		}
		if way != c.way {
			t.Errorf("%s of %v goes %s, want %s", c.quota, c.x, way, c.way)
		}
	}
}

// TestTwoAndLittle: two neighbours whose mean is a boundary, and the least that
// can be added, from 0 on to what is too large for whole numbers.
func TestTwoAndLittle(t *testing.T) {
	m, err := Compile(rats(t, "1/2 1/2 1/2"), []Format{F16, F16, F16}, F16)
	if err != nil {
		t.Fatal(err)
	}
	eachImpl(t, func(t *testing.T) {
		const n = 300
		srcs := [][]byte{make([]byte, 2*n), make([]byte, 2*n), make([]byte, 2*n)}
		dst := make([]byte, 2*n)
		for first := uint16(0); first < 0x6000; first += n / 3 {
			var want [n]uint16
			for i := range uint16(n) {
				sum := int64(0)
				for j, h := range []uint16{first + i/3, first + i/3 + 1, []uint16{0, 1, 0x8001}[i%3]} {
					binary.LittleEndian.PutUint16(srcs[j][2*i:], h)
					sum += fixed(h)
				}
				want[i] = quotientF16(sum, 2)
			}
			for _, whole := range []bool{true, false} {
				if whole {
					m.Run(dst, srcs, new(Stats))
				} else {
					m.run(current.Load(), dst, srcs, new(Stats))
				}
				for i, w := range want {
					if got := binary.LittleEndian.Uint16(dst[2*i:]); got != w {
						t.Fatalf("%04x and the next, way %d, whole %v: %04x, want %04x", int(first)+i/3, i%3, whole, got, w)
					}
				}
			}
		}
	})
}

// TestZeros: zeros of one sign or of both throughout the inputs of a block, and
// nothing else or one small number among them.
func TestZeros(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(0, 0))
		for _, quota := range []string{"1/2 1/2", "0.7 -0.3", "-1/2 3/4 3/4", "0.6 0.2 0.2", "-1/2 -1/2", "1/3", "-1"} {
			coef := rats(t, quota)
			in := make([]Format, len(coef))
			ways := 1
			for i := range in {
				in[i] = F16
				ways *= 3
			}
			for way := range ways {
				for small := range 2 {
					elems := make([][]uint64, 100)
					for i := range elems {
						x := make([]uint64, len(in))
						for j, w := 0, way; j < len(in); j, w = j+1, w/3 {
							x[j] = []uint64{0, 0x8000, rng.Uint64() & 0x8000}[w%3]
						}
						elems[i] = x
					}
					elems[rng.IntN(100)][rng.IntN(len(in))] |= uint64(small)
					check(t, coef, in, F16, elems)
				}
			}
		}
	})
}

// TestWholeOverwrite: blend writes its elements and no others.
func TestWholeOverwrite(t *testing.T) {
	b := &blend{terms: []summand{{n: 1}}, once: 1, d: 1 << 24, rd: 1.0 / (1 << 24)}
	rows := make([]int32, strideWhole)
	for _, im := range wholeImpls(t) {
		for n := range 200 {
			got := bytes.Repeat([]byte{0xa5}, 2*n+300)
			im.blend(b, rows, got[100:100+2*n], n%2 == 0)
			want := bytes.Repeat([]byte{0xa5}, 2*n+300)
			clear(want[100 : 100+2*n])
			if !bytes.Equal(got, want) {
				t.Fatalf("%s: %d elements touched others", im.name, n)
			}
		}
	}
}
