package kernel

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cosmo/ops/mix/kernel/internal/floor"
)

// BenchmarkFiles mixes whole files and throws the result away, on all cores,
// and does the same with the plain loop of package floor. COSMO_BENCH_FILES
// names two or three files of weights, separated by commas, and
// COSMO_BENCH_FORMAT the type of their tensors (F16 when it is not set); what is
// in their headers is read as weights, too. Halves are mixed to F16, which takes
// path a, and to the types that take path b. bench/single.sh makes the files.
func BenchmarkFiles(b *testing.B) {
	names := os.Getenv("COSMO_BENCH_FILES")
	if names == "" {
		b.Skip("COSMO_BENCH_FILES names no files")
	}
	var files []*os.File
	size := int64(0)
	for name := range strings.SplitSeq(names, ",") {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			b.Fatal(err)
		}
		files, size = append(files, f), info.Size()
	}
	coef := rats(b, map[int]string{2: "0.7 0.3", 3: "0.6 0.2 0.2"}[len(files)])
	ns := make([]float64, len(coef))
	for i, c := range coef {
		ns[i], _ = new(big.Rat).Mul(c, big.NewRat(10, 1)).Float64()
	}
	in, outs := F16, []Format{F16, BF16, F32}
	if name := os.Getenv("COSMO_BENCH_FORMAT"); name != "" {
		i := slices.IndexFunc([]Format{F16, BF16, F32}, func(f Format) bool { return f.String() == name })
		if i < 0 {
			b.Fatalf("COSMO_BENCH_FORMAT is %q, want F16, BF16 or F32", name)
		}
		in = []Format{F16, BF16, F32}[i]
		outs = []Format{in}
	}
	formats := slices.Repeat([]Format{in}, len(coef))
	if best := floor.Routines(); len(best) > 0 {
		run := map[Format]func([][]byte, []float64, float64, int){F16: best[0].F16, BF16: best[0].BF16, F32: best[0].F32}[in]
		walk(b, "floor", files, size, in, in, func(_ []byte, srcs [][]byte) { run(srcs, ns, 10, len(srcs[0])/in.Size()) })
	}
	for _, out := range outs {
		m, err := Compile(coef, formats, out)
		if err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("path-%s/%s-%s", m.Path(), in, out)
		walk(b, name, files, size, in, out, func(dst []byte, srcs [][]byte) { m.Run(dst, srcs, new(Stats)) })
	}
}

// walk reads all files side by side in chunks that stay in the second-level
// cache, each chunk by whoever is free.
func walk(b *testing.B, name string, files []*os.File, size int64, in, out Format, mix func(dst []byte, srcs [][]byte)) {
	const chunk = 128 << 10
	b.Run(name, func(b *testing.B) {
		b.SetBytes(size * int64(len(files)))
		for b.Loop() {
			var next atomic.Int64
			var group sync.WaitGroup
			for range runtime.GOMAXPROCS(0) {
				group.Go(func() {
					dst, srcs := make([]byte, chunk/in.Size()*out.Size()), make([][]byte, len(files))
					for i := range srcs {
						srcs[i] = make([]byte, chunk)
					}
					for at := next.Add(chunk) - chunk; at+chunk <= size; at = next.Add(chunk) - chunk {
						for i, f := range files {
							if _, err := f.ReadAt(srcs[i], at); err != nil {
								b.Error(err)
								return
							}
						}
						binary.LittleEndian.PutUint64(srcs[0], 0) // the header's length is no weight
						mix(dst, srcs)
					}
				})
			}
			group.Wait()
		}
	})
}
