package kernel

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// sources fills n elements of every input with elements of one kind, or of
// all kinds where kind is negative.
func sources(rng *rand.Rand, in []Format, n, kind int) [][]byte {
	srcs := make([][]byte, len(in))
	for j, f := range in {
		srcs[j] = make([]byte, n*f.Size())
	}
	x := make([]uint64, len(in))
	for i := range n {
		k := kind
		if k < 0 {
			k = rng.IntN(kinds)
		}
		fill(rng, in, x, k)
		for j, f := range in {
			f.store(srcs[j], i, x[j])
		}
	}
	return srcs
}

// TestSame: all implementations give the same bytes and counts, for every
// length, with every array at an odd place, and write nothing else.
func TestSame(t *testing.T) {
	defer Use(Implementations()[0])
	rng := rand.New(rand.NewPCG(8, 8))
	lengths := []int{1023, 1024, 1025, 2049, 4095, 4096, 4097, 9000}
	for n := range 201 {
		lengths = append(lengths, n)
	}
	for _, from := range []Format{F16, BF16, F32} {
		for _, out := range []Format{F16, BF16, F32} {
			for _, quota := range []string{"0.7 0.3", "0.6 0.2 0.2", "1/4 1/2 1/8 1/8", "-1/3", "1.00000001 -0.0000001"} {
				coef := rats(t, quota)
				in := make([]Format, len(coef))
				for i := range in {
					in[i] = from
				}
				m, err := Compile(coef, in, out)
				if err != nil {
					t.Fatal(err)
				}
				for at, n := range lengths {
					kind := []int{-1, 5, 11, 10}[at%4]
					srcs := sources(rng, in, n, kind)
					for j := range srcs { // somewhere that is aligned to the element alone
						pad := rng.IntN(40) * from.Size()
						srcs[j] = append(make([]byte, pad), srcs[j]...)[pad:]
					}
					pad := rng.IntN(40) * out.Size()
					var want []byte
					var wantSt Stats
					for i := len(impls) - 1; i >= 0; i-- {
						Use(impls[i].name)
						whole := bytes.Repeat([]byte{0xa5}, pad+n*out.Size()+100)
						dst := whole[pad:][:n*out.Size()]
						var st Stats
						m.Run(dst, srcs, &st)
						if want == nil {
							want, wantSt = whole, st
						}
						if !bytes.Equal(whole, want) || st != wantSt {
							t.Fatalf("%s of %s to %s, %d elements: %s differs from portable; stats %+v, %+v", quota, from, out, n, impls[i].name, st, wantSt)
						}
					}
					if n > 0 && !bytes.Equal(want[len(want)-100:], bytes.Repeat([]byte{0xa5}, 100)) {
						t.Fatalf("%s of %s to %s, %d elements: wrote behind the end", quota, from, out, n)
					}
				}
			}
		}
	}
}

// TestConcurrent: one Mix, many goroutines, calls of different shapes between.
func TestConcurrent(t *testing.T) {
	type job struct {
		m    *Mix
		srcs [][]byte
		want []byte
		st   Stats
	}
	rng := rand.New(rand.NewPCG(2, 2))
	var jobs []*job
	for i, quota := range []string{"0.7 0.3", "1/3", "0.6 0.2 0.1 0.1", "1e30 1"} {
		coef := rats(t, quota)
		in := make([]Format, len(coef))
		for j := range in {
			in[j] = []Format{F16, F32, BF16, F64}[(i+j)%4]
		}
		m, err := Compile(coef, in, F32)
		if err != nil {
			t.Fatal(err)
		}
		j := &job{m: m, srcs: sources(rng, in, 5000, -1), want: make([]byte, 5000*4)}
		m.Run(j.want, j.srcs, &j.st)
		jobs = append(jobs, j)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 12 {
				j := jobs[(g+i)%len(jobs)]
				dst := make([]byte, len(j.want))
				var st Stats
				j.m.Run(dst, j.srcs, &st)
				if !bytes.Equal(dst, j.want) || st != j.st {
					t.Errorf("goroutine %d: another result", g)
				}
			}
		})
	}
	wg.Wait()
}

// TestRunPanics: shapes that cannot be are broken invariants of the caller.
func TestRunPanics(t *testing.T) {
	m, err := Compile(rats(t, "0.5 0.5"), []Format{F16, F32}, F16)
	if err != nil {
		t.Fatal(err)
	}
	for _, srcs := range [][][]byte{{}, {make([]byte, 8)}, {make([]byte, 8), make([]byte, 15)}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error(fmt.Sprint("no panic with sources ", srcs))
				}
			}()
			m.Run(make([]byte, 8), srcs, new(Stats))
		}()
	}
}
