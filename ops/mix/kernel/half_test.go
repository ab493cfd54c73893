package kernel

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// fixed is a finite F16 in units of 2⁻²⁴: every one is a whole number of them.
func fixed(h uint16) int64 {
	e, m := h>>10&31, int64(h&0x3ff)
	if e > 0 {
		m = (m | 0x400) << (e - 1)
	}
	if h&0x8000 != 0 {
		m = -m
	}
	return m
}

// halfOfSum rounds s/2 units of 2⁻²⁴ to F16: s has at most 42 bits.
func halfOfSum(s int64) uint16 {
	h := uint16(0)
	if s < 0 {
		h, s = 0x8000, -s
	}
	// A result takes 11 bits and units of at least 2 halves.
	cut := max(bits.Len64(uint64(s))-11, 1)
	kept, rest, half := s>>cut, s&(1<<cut-1), int64(1)<<(cut-1)
	if rest > half || rest == half && kept&1 != 0 {
		kept++
	}
	return h | uint16(min(int64(cut-1)<<10+kept, 0x7c00))
}

// TestAllHalves mixes pairs of finite F16 half and half: all of them in long
// mode, else every 509th of the 63,488 with each of them.
func TestAllHalves(t *testing.T) {
	coef := rats(t, "1/2 1/2")
	m, err := Compile(coef, []Format{F16, F16}, F16)
	if err != nil {
		t.Fatal(err)
	}
	if m.Path() != "a" {
		t.Fatalf("path %s", m.Path())
	}
	var all []uint16
	for h := range 1 << 16 {
		if h&0x7c00 != 0x7c00 {
			all = append(all, uint16(h))
		}
	}
	eachImpl(t, func(t *testing.T) {
		b := make([]byte, 2*len(all))
		for i, h := range all {
			binary.LittleEndian.PutUint16(b[2*i:], h)
		}
		a, dst := make([]byte, len(b)), make([]byte, len(b))
		step := 509
		if *long {
			step = 1
		}
		var st, want Stats
		pairs := 0
		for first := 0; first < len(all); first += step {
			x := all[first]
			for i := 0; i < len(a); i += 2 {
				binary.LittleEndian.PutUint16(a[i:], x)
			}
			m.Run(dst, [][]byte{a, b}, &st)
			fx := fixed(x)
			for i, y := range all {
				s := fx + fixed(y)
				w := halfOfSum(s)
				if s == 0 && x == 0x8000 && y == 0x8000 {
					w = 0x8000
				}
				if w&0x7fff == 0x7c00 {
					want.Saturated++
				}
				pairs++
				if g := binary.LittleEndian.Uint16(dst[2*i:]); g != w {
					t.Fatalf("half of %04x and %04x: got %04x, want %04x", x, y, g, w)
				}
			}
		}
		if st != want {
			t.Errorf("stats %+v, want %+v", st, want)
		}
		t.Logf("%d pairs compared, none differs", pairs)
	})
}

// TestBoundariesF16: every number half-way between two F16, made exactly out
// of two inputs, and the same with the least that can push it to either side.
func TestBoundariesF16(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		for _, quota := range []string{"1/2 1/2 1/4095", "1/2 1/2 -1/4095", "1/10 1/10 1/10"} {
			coef := rats(t, quota)
			in := []Format{F16, F16, F16}
			var elems [][]uint64
			for h := uint64(0); h < 0x7bff; h++ {
				for tiny := range uint64(2) {
					elems = append(elems, []uint64{h, h + 1, tiny}, []uint64{h | 0x8000, (h + 1) | 0x8000, tiny})
				}
			}
			if !*long {
				rng := rand.New(rand.NewPCG(3, 3))
				rng.Shuffle(len(elems), func(i, j int) { elems[i], elems[j] = elems[j], elems[i] })
				elems = elems[:5000]
			}
			check(t, coef, in, F16, elems)
		}
	})
}
