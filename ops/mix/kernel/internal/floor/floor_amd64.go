package floor

import "golang.org/x/sys/cpu"

//go:noescape
func f16AVX512(srcs *[]byte, ns *float64, k, n int, d float64)

//go:noescape
func bf16AVX512(srcs *[]byte, ns *float64, k, n int, d float64)

//go:noescape
func f32AVX512(srcs *[]byte, ns *float64, k, n int, d float64)

//go:noescape
func f16AVX2(srcs *[]byte, ns *float64, k, n int, d float64)

//go:noescape
func bf16AVX2(srcs *[]byte, ns *float64, k, n int, d float64)

//go:noescape
func f32AVX2(srcs *[]byte, ns *float64, k, n int, d float64)

// Routines lists what this CPU can run.
func Routines() []Set {
	var all []Set
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ {
		all = append(all, Set{"avx512", call(f16AVX512), call(bf16AVX512), call(f32AVX512)})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Set{"avx2", call(f16AVX2), call(bf16AVX2), call(f32AVX2)})
	}
	return all
}

func call(f func(*[]byte, *float64, int, int, float64)) func([][]byte, []float64, float64, int) {
	return func(srcs [][]byte, ns []float64, d float64, n int) {
		f(&srcs[0], &ns[0], len(srcs), n, d)
	}
}
