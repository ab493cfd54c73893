package floor

// Set is the loops of one instruction set. Each computes Σ ns[i]·srcs[i] / d
// for n elements, a multiple of 8.
type Set struct {
	Name           string
	F16, BF16, F32 func(srcs [][]byte, ns []float64, d float64, n int)
}
