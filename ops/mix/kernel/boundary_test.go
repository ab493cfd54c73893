package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// unit is the smallest F32; the sums below are whole numbers of it.
const unit = -149

// pieces writes t·2^unit as a sum of F32 codes, as far as they go: from the
// top, or, so that all have 24 bits and their range is as short as can be,
// from the bottom.
func pieces(t *big.Int, k int, fromTop bool) []uint64 {
	codes := make([]uint64, k)
	t = new(big.Int).Set(t)
	for i := 0; i < k && t.Sign() != 0; i++ {
		p := new(big.Int)
		if abs := new(big.Int).Abs(t); fromTop || abs.BitLen() <= 24 {
			cut := uint(max(0, abs.BitLen()-24))
			p.Lsh(p.Rsh(abs, cut), cut)
			if t.Sign() < 0 {
				p.Neg(p)
			}
		} else {
			low := t.TrailingZeroBits()
			p.Rsh(t, low)
			p.And(p, big.NewInt(1<<24-1))
			if p.Bit(23) == 0 {
				p.Sub(p, big.NewInt(1<<24))
			}
			p.Lsh(p, low)
		}
		f, _ := new(big.Float).SetMantExp(new(big.Float).SetInt(p), unit).Float32()
		codes[i] = uint64(math.Float32bits(f))
		t.Sub(t, p)
	}
	return codes
}

// TestBoundaries puts sums on, and as little beside as can be, D times a
// number half-way between two neighbours of the output format: there one bit
// lost anywhere shows. Each element is a block of its own.
func TestBoundaries(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	dens := []int64{1, 2, 3, 5, 7, 10, 11, 20, 36, 100, 1000, 1025, 4095, 1 << 20, 1<<27 + 1, 1<<29 - 3, 1<<40 + 15, 1 << 50, 1<<51 + 1}
	perDen, sums := 250, 0
	if *long {
		perDen = 20_000
	}
	defer Use(Implementations()[0])
	for _, out := range []Format{F16, BF16, F32} {
		for i := range perDen * len(dens) {
			d := dens[i%len(dens)]
			if i%3 == 0 {
				d = rng.Int64N(1<<uint(2+rng.IntN(49))) + 1
			}
			code := rng.Uint64N(shape[out].end)
			if i%4 == 0 {
				code = rng.Uint64N(4 << shape[out].frac) // subnormals and the smallest normals
			}
			m := valueOf(out, code)
			m.Add(m, valueOf(out, code+1))
			m.Mul(m, big.NewRat(d, 2))
			// In whole units; half a unit is lost for boundaries of F32 subnormals.
			n := new(big.Int).Lsh(m.Num(), -unit)
			n.Quo(n, m.Denom())
			if n.BitLen()+unit > 126 {
				continue
			}
			switch size := n.BitLen(); rng.IntN(4) {
			case 0:
				n.Add(n, new(big.Int).Lsh(big.NewInt(1), uint(rng.IntN(max(1, size-10)))))
			case 1:
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(rng.IntN(max(1, size-10)))))
			case 2: // the nearest number with few bits
				cut := uint(max(0, size-48-rng.IntN(4)))
				n.Add(n, new(big.Int).Lsh(big.NewInt(1), cut)).Rsh(n, cut).Lsh(n, cut)
			}
			k := 3 + rng.IntN(4)
			x := pieces(n, k, rng.IntN(2) == 0)
			rng.Shuffle(k, func(i, j int) { x[i], x[j] = x[j], x[i] })
			coef, in := make([]*big.Rat, k), make([]Format, k)
			for j := range coef {
				coef[j], in[j] = big.NewRat(1, d), F32
				if rng.IntN(3) == 0 {
					coef[j].Neg(coef[j])
					x[j] ^= 1 << 31
				}
			}
			elem := [][]uint64{x}
			for range rng.IntN(2) * 40 { // now in a tail, now in a vector
				elem = append(elem, x)
			}
			Use(impls[i%len(impls)].name)
			check(t, coef, in, out, elem)
			sums++
			if t.Failed() {
				t.Fatalf("%s, D = %d, beside %x", impls[i%len(impls)].name, d, code)
			}
		}
	}
	t.Logf("%d sums on or beside boundaries, none wrong", sums)
}

// TestExtent: what one element in a block needs, the whole block must get. A
// number meets two that cancel and are far larger; nothing of it may be lost.
func TestExtent(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		coef := rats(t, "1 1 -1")
		for _, f := range []Format{F16, BF16, F32} {
			in := []Format{f, f, f}
			one, _ := f.encodeFloat(math.Float64bits(1))
			for _, n := range []int{1, 32, 200} {
				for gap := range uint64(120) {
					elems := make([][]uint64, n)
					calm := []uint64{one, one, one}
					for i := range elems {
						elems[i] = calm
					}
					small := max(int64(one)-int64(gap<<layouts[f].fraction), 0)
					elems[int(gap)*7%n] = []uint64{uint64(small) | 1, one, one}
					check(t, coef, in, f, elems)
				}
			}
		}
	})
}

// TestGivenUp: the first error term does not fit what comes after it.
func TestGivenUp(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		big1 := uint64(math.Float32bits(0x1p60))
		code := func(v float32) uint64 { return uint64(math.Float32bits(v)) }
		coef := rats(t, "1 1 1 -1")
		in := []Format{F32, F32, F32, F32}
		for _, tiny := range []float32{0x1p-140, -0x1p-140, 0x1.8p-120, 0x1p-60} {
			// 1 + 2⁻²⁴ is half-way; only tiny, far below, tells.
			for _, mid := range []float32{0x1p-24, 0x1.8p-23} {
				var elems [][]uint64
				for range 37 {
					elems = append(elems, []uint64{big1, code(mid), code(tiny), big1}, []uint64{big1, code(tiny), code(mid), big1})
				}
				check(t, coef, in, F32, elems)
				check(t, coef, in, BF16, elems)
			}
		}
	})
}

// TestBigIntegers: coefficients and spreads that no 256 bits hold.
func TestBigIntegers(t *testing.T) {
	coef := rats(t, "1/3 1/3 1/3")
	in := []Format{F64, F64, F64}
	bit := math.Float64bits
	var elems [][]uint64
	for _, tiny := range []float64{0, 0x1p-1074, -0x1p-1074, 0x1p-300} {
		for _, y := range []float64{1, math.Pi, 1 + 0x1p-24} {
			elems = append(elems, []uint64{bit(2 * y), bit(y), bit(tiny)}, []uint64{bit(0x1p900), bit(-0x1p900), bit(tiny)},
				[]uint64{bit(0x1.8p54), bit(1.5), bit(tiny)}, []uint64{bit(math.MaxFloat64), bit(math.MaxFloat64), bit(math.MaxFloat64)})
		}
	}
	for out := range numFormats {
		check(t, coef, in, out, elems)
		check(t, rats(t, "1/3 1/3 10000000000000000000000000000000000000001/7"), in, out, elems)
	}
	for _, c := range []string{"1/" + fmt.Sprint(new(big.Int).Lsh(big.NewInt(1), 200)), "1e-30", "9223372036854775807", "9223372036854775808/3"} {
		check(t, rats(t, c), []Format{F32}, F32, [][]uint64{{1}, {0x3f800001}, {0x7f7fffff}, {0x80000000}, {0xbf800000}})
	}
}
