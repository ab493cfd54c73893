package ingredient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"testing"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/source"
)

// TestSynths: a synthetic checkpoint becomes an ordinary object of the store,
// whose digests are those of its bytes, and whose bytes are the generator's.
func TestSynths(t *testing.T) {
	b := open(t)
	impl := &Synths{Executor: mix.CPU{Threads: 2}}
	var batch []*engine.Job
	for i, text := range []string{"synth:tiny-sd15?seed=1", "synth:tiny-sd15?seed=2&from=1&dtype=bf16"} {
		y, err := source.ParseSynth(text)
		if err != nil {
			t.Fatal(err)
		}
		pre := SynthParams(y)
		batch = append(batch, &engine.Job{
			Op:  &engine.Op{Address: "model." + string(rune('a'+i)), Kind: SynthKind, Params: pre, Data: &SynthData{y}},
			Key: digest.Of([]byte(pre)), Preimage: pre,
		})
	}
	env := &engine.Env{Store: b.store, Threads: 2, Emit: func(engine.Event) {}}
	if err := impl.Run(context.Background(), env, batch); err != nil {
		t.Fatal(err)
	}
	for _, j := range batch {
		if j.Err != nil {
			t.Fatal(j.Err)
		}
		file, err := os.ReadFile(j.Result.Path)
		if err != nil {
			t.Fatal(err)
		}
		h, err := checkpoint.ReadHeader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if j.Result.SHA256 != sha256.Sum256(file) || j.Result.Size != int64(len(file)) {
			t.Errorf("%s: the digest is not that of the file", j.Op.Address)
		}
		var sums []checkpoint.TensorSum
		y := j.Op.Data.(*SynthData).Synth
		for i := range h.Tensors {
			x := &h.Tensors[i]
			data := file[x.Offset : x.Offset+x.Bytes]
			sums = append(sums, checkpoint.TensorSum{Spec: x.Spec(), Sum: sha256.Sum256(data)})
			want := make([]byte, x.Bytes)
			y.Fill(x.Spec(), 0, want)
			if !bytes.Equal(data, want) {
				t.Errorf("%s: %s is not what the generator gives", j.Op.Address, x.Name)
			}
		}
		if len(sums) != 1131 || j.Result.Root != checkpoint.Root(sums) {
			t.Errorf("%s: %d tensors, another root", j.Op.Address, len(sums))
		}
		if e, err := b.store.Lookup(j.Key); err != nil || e == nil || e.Root != j.Result.Root {
			t.Errorf("%s is not found again: %v", j.Op.Address, err)
		}
	}
}

// TestGenerator: reads stay within one tensor.
func TestGenerator(t *testing.T) {
	y, err := source.ParseSynth("synth:tiny-sd15?seed=1")
	if err != nil {
		t.Fatal(err)
	}
	layout, err := checkpoint.NewLayout(y.Specs(), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := &generator{y, layout}
	first, last := &layout.Tensors[0], &layout.Tensors[len(layout.Tensors)-1]
	for _, c := range []struct {
		off, n int64
		fine   bool
	}{
		{first.Offset, first.Bytes, true}, {first.Offset + 8, 8, true}, {last.Offset, last.Bytes, true}, {last.Offset + last.Bytes - 2, 2, true},
		{0, 8, false}, {first.Offset - 2, 4, false}, {first.Offset, first.Bytes + 2, false}, {last.Offset, last.Bytes + 2, false}, {layout.Size, 2, false},
	} {
		n, err := g.ReadAt(make([]byte, c.n), c.off)
		if fine := err == nil && int64(n) == c.n; fine != c.fine || !c.fine && err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes at %d: %d, %v", c.n, c.off, n, err)
		}
	}
}
