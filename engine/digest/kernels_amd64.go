package digest

import (
	"sync"

	"golang.org/x/sys/cpu"
)

//go:generate go run ./internal/gen

//go:noescape
func hash8(state *laneState, data *laneData, blocks int)

//go:noescape
func hash16(state *laneState, data *laneData, blocks int)

//go:noescape
func sha2(state *laneState, data *laneData, blocks int)

//go:noescape
func sha4(state *laneState, data *laneData, blocks int)

//go:noescape
func mixed8(state *laneState, data *laneData, blocks int)

// hasSHA reports whether the CPU has the SHA instructions, which x/sys/cpu does
// not tell.
func hasSHA() bool

// ticks reads the CPU's time stamp counter.
func ticks() uint64

// kernels are what this machine can run besides crypto/sha256.
var kernels = detect()

// automatic is the choice by costs, which are measured when it is first wanted.
var automatic = sync.OnceValue(func() *method { return measured(kernels, ticks) })

func detect() []kernel {
	x := &cpu.X86
	// Byte shuffles are SSSE3, moves of single words SSE4.1. Every CPU with the
	// SHA instructions has them, but a virtual machine may hide some.
	sha := x.HasSSSE3 && x.HasSSE41 && hasSHA()
	// Rotation, VPTERNLOGD and registers 16 to 31 are AVX-512, also at 256 bits.
	avx512 := x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512DQ
	var found []kernel
	if sha {
		found = append(found,
			kernel{name: "shax2", lanes: 2, run: sha2},
			kernel{name: "shax4", lanes: 4, run: sha4})
	}
	if sha && avx512 {
		found = append(found, kernel{name: "sha-avx512x8", lanes: 8, run: mixed8})
	}
	if avx512 {
		found = append(found,
			kernel{name: "avx512x8", lanes: 8, run: hash8},
			kernel{name: "avx512x16", lanes: 16, run: hash16})
	}
	return found
}
