package digest

import "golang.org/x/sys/cpu"

//go:generate go run ./internal/gen

//go:noescape
func hash8(state *laneState, data *laneData, blocks int)

//go:noescape
func hash16(state *laneState, data *laneData, blocks int)

// kernels are the vector kernels this machine can run.
var kernels = detect()

func detect() []kernel {
	// Rotation, VPTERNLOGD and registers 16 to 31 are AVX-512, also at 256 bits.
	if !cpu.X86.HasAVX512F || !cpu.X86.HasAVX512BW || !cpu.X86.HasAVX512VL || !cpu.X86.HasAVX512DQ {
		return nil
	}
	return []kernel{
		{name: "avx512x8", lanes: 8, cost: 225, run: hash8},
		{name: "avx512x16", lanes: 16, cost: 310, run: hash16},
	}
}
