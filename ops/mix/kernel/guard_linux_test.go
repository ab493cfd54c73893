package kernel

import (
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
)

// guarded returns n bytes that end where a page begins that must not be read.
func guarded(t *testing.T, n int) []byte {
	t.Helper()
	page := os.Getpagesize()
	size := (n + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip("no guard page:", err)
	}
	t.Cleanup(func() { syscall.Munmap(mem) })
	if err := syscall.Mprotect(mem[size:], syscall.PROT_NONE); err != nil {
		t.Skip("no guard page:", err)
	}
	return mem[size-n : size : size]
}

// TestGuard: nothing is read or written behind the end of a slice.
func TestGuard(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 4))
		for _, from := range []Format{F16, BF16, F32} {
			for _, out := range []Format{F16, BF16, F32} {
				m, err := Compile(rats(t, "0.6 0.2 0.2"), []Format{from, from, from}, out)
				if err != nil {
					t.Fatal(err)
				}
				const most = 4096 + 70
				dst := guarded(t, most*out.Size())
				var srcs [][]byte
				for _, s := range sources(rng, m.in, most, 11) {
					g := guarded(t, len(s))
					copy(g, s)
					srcs = append(srcs, g)
				}
				for n := 0; n < most; n += 1 + n/40 {
					cut := make([][]byte, len(srcs))
					for j, s := range srcs {
						cut[j] = s[len(s)-n*from.Size():]
					}
					m.Run(dst[len(dst)-n*out.Size():], cut, new(Stats))
				}
			}
		}
	})
}
