package mix

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix/kernel"
)

// TestPourTogether: outputs of different types that are poured in one pass, in
// units and blocks that end anywhere, are what each tensor mixed by itself is.
func TestPourTogether(t *testing.T) {
	odd := CPU{Threads: 3, ChunkElems: 1500, BlockBytes: 4096}
	t.Run("front to back", func(t *testing.T) { pourTogether(t, 7, true, odd) })
	t.Run("in four lanes", func(t *testing.T) { pourTogether(t, 2, false, odd) })
	odd.PoolBytes = 1 // as much as it cannot do without
	t.Run("in eight lanes, with little memory", func(t *testing.T) { pourTogether(t, 1, false, odd) })
}

// pourTogether pours some outputs, every other with the digest of its file if
// sums is set.
func pourTogether(t *testing.T, outputs int, sums bool, cpu CPU) {
	rng := rand.New(rand.NewPCG(7, 3))
	const tensors, inputs = 9, 4
	random := func(n int64) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	types := []struct {
		checkpoint.DType
		kernel.Format
	}{{checkpoint.F16, kernel.F16}, {checkpoint.F16, kernel.F16}, {checkpoint.F32, kernel.F32}}

	// Every input has the same tensors, the last one in another type.
	lengths := []int64{0, 1, 511, 1024, 1025, 5000, 4096, 9999, 3}
	from := make([][][]byte, inputs)
	p := &Pass{}
	var offsets [inputs][]int64
	var in [inputs]kernel.Format
	for i := range inputs {
		var file []byte
		in[i] = types[max(0, i-1)%3].Format
		for _, n := range lengths {
			b := random(n * int64(in[i].Size()))
			from[i] = append(from[i], b)
			offsets[i] = append(offsets[i], int64(len(file)))
			file = append(file, b...)
		}
		p.Inputs = append(p.Inputs, Input{Name: fmt.Sprint("input ", i), R: bytes.NewReader(file)})
	}

	coefs := [][]*big.Rat{{big.NewRat(7, 10), big.NewRat(3, 10)}, {big.NewRat(1, 1)}, {big.NewRat(3, 5), big.NewRat(1, 5), big.NewRat(1, 5)}, {big.NewRat(1, 2), big.NewRat(-1, 4)}}
	want := map[string][][]byte{}
	stats := map[string][]kernel.Stats{}
	for o := range outputs {
		typ := types[o%3]
		name := filepath.Join(t.TempDir(), fmt.Sprint(o))
		var specs []checkpoint.Spec
		for k := range tensors {
			specs = append(specs, checkpoint.Spec{Name: fmt.Sprint(k), DType: typ.DType, Shape: []int64{lengths[k]}})
		}
		layout, err := checkpoint.NewLayout(specs, map[string]string{"is": fmt.Sprint(o)})
		if err != nil {
			t.Fatal(err)
		}
		f, err := fsx.OS().Create(name, fsx.CreateOptions{Perm: 0o600})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Allocate(layout.Size + pageSize); err != nil {
			t.Fatal(err)
		}
		out := &Output{Name: name, Layout: layout, File: f, FileSum: sums && o%2 == 0}
		st := make([]kernel.Stats, tensors)
		for k := range tensors {
			es := int64(typ.Format.Size())
			if k == 8 { // literal
				lit := random(lengths[k] * es)
				out.Tensors = append(out.Tensors, Tensor{Literal: lit})
				want[name] = append(want[name], lit)
				continue
			}
			coef := coefs[(o+k)%len(coefs)]
			var x Tensor
			var formats []kernel.Format
			var srcs [][]byte
			for j := range coef {
				i := (o + j) % inputs
				x.Terms = append(x.Terms, Term{Input: i, Offset: offsets[i][k], ElemSize: in[i].Size()})
				formats, srcs = append(formats, in[i]), append(srcs, from[i][k])
			}
			m, err := kernel.Compile(coef, formats, typ.Format)
			if err != nil {
				t.Fatal(err)
			}
			dst := make([]byte, lengths[k]*es)
			m.Run(dst, srcs, &st[k])
			if x.Mix = m; m.Path() == "copy" {
				x.Mix = nil
			}
			out.Tensors = append(out.Tensors, x)
			want[name] = append(want[name], dst)
		}
		stats[name] = st
		p.Outputs = append(p.Outputs, out)
	}
	if err := cpu.Pour(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	for _, out := range p.Outputs {
		got, err := os.ReadFile(out.Name)
		if err != nil {
			t.Fatal(err)
		}
		whole := append([]byte(nil), out.Layout.Header...)
		for k, x := range out.Layout.Tensors {
			b := want[out.Name][k]
			whole = append(whole, b...)
			if !bytes.Equal(got[x.Offset:x.Offset+x.Bytes], b) || out.Sums[k] != digest.Of(b) {
				t.Errorf("%s: tensor %s differs", filepath.Base(out.Name), x.Name)
			}
		}
		if !bytes.Equal(got, whole) || out.FileSum && out.Sum != digest.Of(whole) {
			t.Errorf("%s: the file differs", filepath.Base(out.Name))
		}
		if !slices.Equal(out.Stats, stats[out.Name]) {
			t.Errorf("%s: stats %+v, want %+v", filepath.Base(out.Name), out.Stats, stats[out.Name])
		}
	}
}
