package kernel

import (
	"encoding/binary"
	"math/big"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cosmo/ops/mix/kernel/internal/floor"
)

// BenchmarkFiles mixes whole files and throws the result away, on all cores,
// and does the same with the plain loop of package floor. COSMO_BENCH_FILES
// names two or three files of fp16 weights, separated by commas; what is in
// their headers is read as weights, too. Path b is measured over the same bytes
// taken for bf16. bench/single.sh makes the files.
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
	best := floor.Routines()
	for _, f := range []Format{F16, BF16} {
		formats := make([]Format, len(coef))
		for i := range formats {
			formats[i] = f
		}
		m, err := Compile(coef, formats, f)
		if err != nil {
			b.Fatal(err)
		}
		path := "path-" + m.Path()
		walk(b, path+"/cosmo", files, size, func(dst []byte, srcs [][]byte) { m.Run(dst, srcs, new(Stats)) })
		if len(best) > 0 {
			run := map[Format]func([][]byte, []float64, float64, int){F16: best[0].F16, BF16: best[0].BF16}[f]
			walk(b, path+"/floor", files, size, func(_ []byte, srcs [][]byte) { run(srcs, ns, 10, len(srcs[0])/2) })
		}
	}
}

// walk reads all files side by side in chunks that stay in the second-level
// cache, each chunk by whoever is free.
func walk(b *testing.B, name string, files []*os.File, size int64, mix func(dst []byte, srcs [][]byte)) {
	const chunk = 128 << 10
	b.Run(name, func(b *testing.B) {
		b.SetBytes(size * int64(len(files)))
		for b.Loop() {
			var next atomic.Int64
			var group sync.WaitGroup
			for range runtime.GOMAXPROCS(0) {
				group.Go(func() {
					dst, srcs := make([]byte, chunk), make([][]byte, len(files))
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
						binary.LittleEndian.PutUint16(srcs[0], 0) // the header's length is no weight
						mix(dst, srcs)
					}
				})
			}
			group.Wait()
		}
	})
}
