package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cosmo/ops/mix/kernel/internal/floor"
)

// Sizes of all inputs together: in the second-level cache, and in memory.
var benchSizes = []struct {
	name  string
	bytes int
}{{"L2", 384 << 10}, {"memory", 128 << 20}}

// weights makes n realistic weights of format f.
func weights(f Format, n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n*f.Size())
	few := min(n, 1<<16)
	for i := range few {
		code, _ := f.encodeFloat(math.Float64bits(rng.NormFloat64() * 0.05))
		f.store(b, i, code)
	}
	for i := few * f.Size(); i < len(b); i *= 2 {
		copy(b[i:], b[:i])
	}
	return b
}

func benchmark(b *testing.B, quota string, in, out Format) {
	coef := rats(b, quota)
	defer Use(Implementations()[0])
	for _, size := range benchSizes {
		n := size.bytes / len(coef) / in.Size() &^ 4095
		srcs := make([][]byte, len(coef))
		for i := range srcs {
			srcs[i] = weights(in, n, uint64(i))
		}
		dst := make([]byte, n*out.Size())
		formats := make([]Format, len(coef))
		for i := range formats {
			formats[i] = in
		}
		m, err := Compile(coef, formats, out)
		if err != nil {
			b.Fatal(err)
		}
		measure := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s-%d/%s/%s", in, len(coef), size.name, name), func(b *testing.B) {
				b.SetBytes(int64(n * len(coef) * in.Size())) // bytes read
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelem/s")
			})
		}
		for _, name := range Implementations() {
			if err := Use(name); err != nil {
				b.Fatal(err)
			}
			measure(name, func() { m.Run(dst, srcs, new(Stats)) })
		}
		ns := make([]float64, len(coef))
		for i := range ns {
			ns[i], _ = coef[i].Float64()
			ns[i] *= 10
		}
		for _, fl := range floor.Routines() {
			run := map[Format]func([][]byte, []float64, float64, int){F16: fl.F16, BF16: fl.BF16, F32: fl.F32}[in]
			measure("floor-"+fl.Name, func() { run(srcs, ns, 10, n) })
		}
	}
}

// Path a, and what a plain loop needs for the same: see package floor.
func BenchmarkPathA(b *testing.B) {
	benchmark(b, "0.7 0.3", F16, F16)
	benchmark(b, "0.6 0.2 0.2", F16, F16)
}

// pour is ten outputs of one pass, 44 terms out of eight inputs.
var pour = []struct {
	quota string
	reads []int
}{
	{"0.5 0.5", []int{0, 1}},
	{"1 0.5 -0.5", []int{0, 2, 3}},
	{"1 0.5 -0.5", []int{1, 2, 3}},
	{"0.5 0.5 0.5 -0.5", []int{0, 1, 2, 3}},
	{"0.6 0.2 0.2", []int{0, 4, 5}},
	{"0.3 0.3 0.2 0.2", []int{0, 1, 4, 5}},
	{"0.4 0.2 0.1 0.1 0.1 0.1", []int{0, 1, 2, 3, 4, 5}},
	{"0.6 0.3 -0.3 0.1 0.1 0.2", []int{0, 2, 3, 4, 5, 6}},
	{"0.3 0.3 0.3 -0.3 0.2 0.2", []int{0, 1, 2, 3, 6, 7}},
	{"0.3 0.3 0.2 -0.2 0.1 0.1 0.2", []int{0, 1, 2, 3, 4, 5, 7}},
}

// BenchmarkPour: the ten outputs together, one after the other, and by the
// plain loops one after the other. Bytes are those of the inputs and outputs.
func BenchmarkPour(b *testing.B) {
	defer Use(Implementations()[0])
	const n = 64 << 10 // what a pass takes at a time
	inputs := make([][]byte, 8)
	for i := range inputs {
		inputs[i] = weights(F16, n, uint64(i))
	}
	var mixes []*Mix
	var reads [][]int
	var srcs [][][]byte
	var parts []Part
	for i, p := range pour {
		var in []Format
		var from [][]byte
		for _, j := range p.reads {
			in, from = append(in, F16), append(from, inputs[j])
		}
		m, err := Compile(rats(b, p.quota), in, F16)
		if err != nil {
			b.Fatal(err)
		}
		mixes, reads, srcs = append(mixes, m), append(reads, p.reads), append(srcs, from)
		parts = append(parts, Part{Mix: i, Dst: make([]byte, 2*n)})
	}
	batch := NewBatch(mixes, reads)
	stats := make([]Stats, len(mixes))
	measure := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(2 * n * (len(inputs) + len(mixes))))
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gelem/s")
		})
	}
	for _, name := range Implementations() {
		if err := Use(name); err != nil {
			b.Fatal(err)
		}
		measure("together/"+name, func() { batch.Run(parts, inputs, stats) })
		measure("singly/"+name, func() {
			for i, m := range mixes {
				m.Run(parts[i].Dst, srcs[i], &stats[i])
			}
		})
	}
	for _, fl := range floor.Routines() {
		measure("floor-"+fl.Name, func() {
			for i, m := range mixes {
				fl.F16(srcs[i], m.ns, m.d, n)
			}
		})
	}
}

// Path b, the same.
func BenchmarkPathB(b *testing.B) {
	for _, f := range []Format{BF16, F32} {
		benchmark(b, "0.7 0.3", f, f)
		benchmark(b, "0.6 0.2 0.2", f, f)
	}
}

// BenchmarkPathC: 64-bit inputs, and coefficients too long for float64.
func BenchmarkPathC(b *testing.B) {
	for _, c := range []struct {
		quota   string
		in, out Format
	}{
		{"0.7 0.3", F64, F64}, {"0.9166666667 0.0833333333", F32, F32}, {"0.7 0.3", F8E4M3, F8E4M3}, {"0.7 0.3", F16, F8E4M3},
	} {
		const n = 1 << 16
		coef := rats(b, c.quota)
		m, err := Compile(coef, []Format{c.in, c.in}, c.out)
		if err != nil {
			b.Fatal(err)
		}
		srcs := [][]byte{weights(c.in, n, 1), weights(c.in, n, 2)}
		dst := make([]byte, n*c.out.Size())
		b.Run(fmt.Sprintf("%s/%s-%s", m.Path(), c.in, c.out), func(b *testing.B) {
			b.SetBytes(int64(2 * n * c.in.Size()))
			for b.Loop() {
				m.Run(dst, srcs, new(Stats))
			}
		})
	}
}
