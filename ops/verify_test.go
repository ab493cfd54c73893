package ops

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
)

// keep makes a checkpoint of two tensors, n numbers in the larger, an object of
// the store. Its digests are made here, from the bytes.
func keep(t *testing.T, s *store.Store, address string, n int64) *store.Entry {
	t.Helper()
	specs := []checkpoint.Spec{{Name: "a", DType: checkpoint.F32, Shape: []int64{n}}, {Name: "b", DType: checkpoint.F16, Shape: []int64{3}}}
	layout, err := checkpoint.NewLayout(specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := slices.Clone(layout.Header)
	var sums []checkpoint.TensorSum
	for i, x := range layout.Tensors {
		data := bytes.Repeat([]byte{byte(i + 1), byte(n), 7, 9}, int(x.Bytes))[:x.Bytes]
		file = append(file, data...)
		sums = append(sums, checkpoint.TensorSum{Spec: checkpoint.Spec{Name: x.Name, DType: x.DType, Shape: x.Shape}, Sum: digest.Of(data)})
	}
	p, err := s.NewObject(int64(len(file)), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	if _, err := p.File().WriteAt(file, 0); err != nil {
		t.Fatal(err)
	}
	object, id, err := p.Commit(digest.Of(file), ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	preimage := "test 1\naddress " + address + "\n"
	e := &store.Entry{
		Key: digest.Of([]byte(preimage)), Op: "test", Address: address, Preimage: preimage, Object: object, Identity: id,
		Root: checkpoint.Root(sums), SHA256: digest.Of(file), Size: int64(len(file)),
	}
	if err := s.Publish(e, nil); err != nil {
		t.Fatal(err)
	}
	return e
}

// change writes over a byte of an object.
func change(t *testing.T, s *store.Store, e *store.Entry, offset int64, with string) {
	t.Helper()
	if err := os.Chmod(s.Abs(e.Object), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(s.Abs(e.Object), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(with), offset); err != nil {
		t.Fatal(err)
	}
}

func openTestStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(fsx.OS(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestVerifyStore(t *testing.T) {
	s := openTestStore(t)
	whole := keep(t, s, "model.whole", 1_000_000) // several blocks
	value := keep(t, s, "model.value", 10)
	header := keep(t, s, "model.header", 20)
	small := keep(t, s, "model.small", 0) // a tensor without bytes
	for _, threads := range []int{0, 1, 5} {
		var told []int64
		rep, err := VerifyStore(context.Background(), s, threads, func(done, total int64) {
			if total != whole.Size+value.Size+header.Size+small.Size {
				t.Fatalf("the total is %d", total)
			}
			told = append(told, done)
		}, false)
		if err != nil || rep.Objects != 4 || len(rep.Damages) > 0 {
			t.Fatalf("%d threads: %+v, %v", threads, rep, err)
		}
		if !slices.IsSorted(told) || told[0] != 0 || told[len(told)-1] != whole.Size+value.Size+header.Size+small.Size || len(told) < 8 {
			t.Errorf("%d threads: progress %v", threads, told)
		}
	}
	change(t, s, value, value.Size-1, "!")
	change(t, s, header, 8, "[")
	rep, err := VerifyStore(context.Background(), s, 2, func(int64, int64) {}, false)
	if err != nil || len(rep.Damages) != 2 {
		t.Fatalf("got %+v, %v", rep, err)
	}
	for _, d := range rep.Damages {
		want := map[string]string{value.Object: "its root is ", header.Object: "it is no checkpoint any more: "}[d.Object]
		if want == "" || !strings.HasPrefix(d.Reason, want) || !d.SetAside {
			t.Errorf("got %+v", d)
		}
	}
}

// TestVerifyStoreStops: what was being read is neither sound nor damaged.
func TestVerifyStoreStops(t *testing.T) {
	s := openTestStore(t)
	e := keep(t, s, "model.large", 2_000_000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	rep, err := VerifyStore(ctx, s, 2, func(done, _ int64) {
		if done > 0 {
			cancel()
		}
	}, false)
	if !errors.Is(err, context.Canceled) || rep == nil || len(rep.Damages) > 0 {
		t.Errorf("got %+v, %v", rep, err)
	}
	if got, err := s.Lookup(e.Key); got == nil || err != nil {
		t.Errorf("it was set aside: %v", err)
	}
}
