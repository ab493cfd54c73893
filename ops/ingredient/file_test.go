package ingredient

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
)

// write makes a checkpoint of tensors of these sizes, in bytes, and gives the
// digests of its data as crypto/sha256 has them.
func write(t *testing.T, path string, seed uint64, sizes ...int64) (tensors []digest.Sum, whole digest.Sum) {
	t.Helper()
	var specs []checkpoint.Spec
	for i, n := range sizes {
		specs = append(specs, checkpoint.Spec{Name: fmt.Sprintf("t%03d", i), DType: checkpoint.U8, Shape: []int64{n}})
	}
	layout, err := checkpoint.NewLayout(specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.NewChaCha8([32]byte{byte(seed)})
	file := slices.Clone(layout.Header)
	for _, n := range sizes {
		data := make([]byte, n)
		_, _ = r.Read(data) // never fails
		tensors = append(tensors, sha256.Sum256(data))
		file = append(file, data...)
	}
	if err := os.WriteFile(path, file, 0o666); err != nil {
		t.Fatal(err)
	}
	return tensors, sha256.Sum256(file)
}

// TestHash: one reading gives the digests of the file and of each tensor,
// wherever tensors begin and end in the blocks that are read.
func TestHash(t *testing.T) {
	const block = hashBlock
	for name, sizes := range map[string][]int64{
		"nothing": {}, "empty": {0}, "one": {1}, "small": {0, 1, 2, 0, 63, 64, 65, 0}, "many": slices.Repeat([]int64{1000}, 300),
		"a block": {block}, "over blocks": {3*block + 5}, "up to the end of a block": {block - 96, block, 0, 2 * block}, "all": {5, 2*block + 1, 0, block / 2, 7, block, 1},
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		want, whole := write(t, path, uint64(len(name)), sizes...)
		f, err := fsx.OS().Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		h, err := checkpoint.ReadHeader(f, info.Size)
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []int{1, 2, 5} {
			var told []int64
			sums, got, err := Hash(context.Background(), f, h, threads, func(done int64) { told = append(told, done) })
			if err != nil || got != whole || len(sums) != len(want) {
				t.Errorf("%s, %d threads: %v, %v, want %v", name, threads, got, err, whole)
			}
			for i := range sums {
				if sums[i].Sum != want[i] || sums[i].Name != h.Tensors[i].Name {
					t.Errorf("%s, %d threads: tensor %d is %v, want %v", name, threads, i, sums[i], want[i])
				}
			}
			if !slices.IsSorted(told) || told[len(told)-1] != info.Size {
				t.Errorf("%s, %d threads: progress %v of %d", name, threads, told, info.Size)
			}
		}
	}
}

// TestHashStops: an interrupted reading is an error, and so is a file that ends
// before its time.
func TestHashStops(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	write(t, path, 1, 3*hashBlock)
	f, err := fsx.OS().Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	h, err := checkpoint.ReadHeader(f, info.Size)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if _, _, err := Hash(ctx, f, h, 2, func(int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if err := os.Truncate(path, 2*hashBlock); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Hash(context.Background(), f, h, 2, func(int64) {}); err == nil || err.Error() != "read at byte 2097152: unexpected EOF" {
		t.Errorf("cut short: %v", err)
	}
}

// bar is a store and the files of a test.
type bar struct {
	t     *testing.T
	dir   string
	store *store.Store
	files *Files
}

func open(t *testing.T) *bar {
	t.Helper()
	b := &bar{t: t, dir: t.TempDir(), files: &Files{FS: fsx.OS(), Now: func() time.Time { return time.Now().Add(time.Hour) }}} // no file is young
	var err error
	if b.store, err = store.Open(fsx.OS(), filepath.Join(b.dir, "store")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	return b
}

func (b *bar) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bar) op(name string) *engine.Op {
	return &engine.Op{Address: "model." + name, Kind: FileKind, Data: &FileData{Path: b.path(name)}}
}

// run hashes files.
func (b *bar) run(names ...string) []*engine.Job {
	b.t.Helper()
	var batch []*engine.Job
	for _, n := range names {
		batch = append(batch, &engine.Job{Op: b.op(n)})
	}
	env := &engine.Env{Store: b.store, Threads: 2, Emit: func(engine.Event) {}}
	if err := b.files.Run(context.Background(), env, batch); err != nil {
		b.t.Fatal(err)
	}
	return batch
}

// TestRemembered: a file is read once, and known as long as it is the same.
func TestRemembered(t *testing.T) {
	b := open(t)
	_, a := write(t, b.path("a"), 1, 10, 20)
	_, c := write(t, b.path("c"), 2, 2*hashBlock)
	if res, known, err := b.files.Probe(b.store, b.op("a")); err != nil || known || res.Size == 0 || !res.SHA256.IsZero() {
		t.Errorf("before it was read: %+v, %v, %v", res, known, err)
	}
	jobs := b.run("a", "c")
	for i, want := range []digest.Sum{a, c} {
		r := jobs[i].Result
		if jobs[i].Err != nil || r.SHA256 != want || r.Root.IsZero() || !r.Made || r.Report.BytesRead != r.Size {
			t.Errorf("%+v, %v", r, jobs[i].Err)
		}
		text, err := os.ReadFile(r.Attach)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := checkpoint.UnmarshalSums(text); err != nil || checkpoint.Root(list) != r.Root {
			t.Errorf("the list: %v", err)
		}
		res, known, err := b.files.Probe(b.store, jobs[i].Op)
		if err != nil || !known || res.SHA256 != want || res.Root != r.Root || res.Attach != r.Attach || res.Size != r.Size {
			t.Errorf("afterwards: %+v, %v, %v", res, known, err)
		}
	}
	if jobs[0].Result.Root == jobs[1].Result.Root {
		t.Error("two files have one root")
	}

	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(b.path("a"), later, later); err != nil {
		t.Fatal(err)
	}
	if _, known, err := b.files.Probe(b.store, b.op("a")); known || err != nil {
		t.Errorf("a touched file is known: %v", err)
	}
	// Another list than that of tensors is none: a placed release.
	info, err := fsx.OS().Stat(b.path("a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Remember(info.Identity, store.FileDigest{SHA256: a, Root: a, Size: info.Size}, nil, later); err != nil {
		t.Fatal(err)
	}
	if _, known, err := b.files.Probe(b.store, b.op("a")); known || err != nil {
		t.Errorf("a file whose tensors nobody has listed is known: %v", err)
	}
}

// TestYoung: a file that changed a moment ago is read again next time, since
// another change might not show.
func TestYoung(t *testing.T) {
	b := open(t)
	b.files.Now = time.Now
	write(t, b.path("a"), 1, 10)
	if jobs := b.run("a"); jobs[0].Err != nil {
		t.Fatal(jobs[0].Err)
	}
	if _, known, err := b.files.Probe(b.store, b.op("a")); known || err != nil {
		t.Errorf("a young file is trusted: %v", err)
	}
}

// moving is a file system on which a file changes right after it was read.
type moving struct {
	fsx.FS
	path string
}

func (m moving) Stat(name string) (fsx.Info, error) {
	if name == m.path {
		if err := os.Truncate(name, 3); err != nil {
			return fsx.Info{}, err
		}
	}
	return m.FS.Stat(name)
}

// TestWrong: what is told of files that cannot be ingredients. The others are
// read nevertheless.
func TestWrong(t *testing.T) {
	b := open(t)
	write(t, b.path("sound"), 1, 10)
	write(t, b.path("moving"), 2, 10)
	if err := os.Mkdir(b.path("folder"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.path("text"), []byte("Dear bartender,"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"nowhere": "there is no file " + b.path("nowhere"),
		"folder":  b.path("folder") + " is a folder; name the checkpoint file in it",
	} {
		if res, known, err := b.files.Probe(b.store, b.op(name)); known || err == nil || err.Error() != want || res.Path != b.path(name) {
			t.Errorf("%s: %v, %v, want %s", name, known, err, want)
		}
	}
	b.files.FS = moving{fsx.OS(), b.path("moving")}
	jobs := b.run("sound", "text", "moving", "nowhere")
	if jobs[0].Err != nil {
		t.Error(jobs[0].Err)
	}
	for i, want := range map[int]string{
		1: "read " + b.path("text") + ": this is a text, not a checkpoint; it begins with \"Dear bartender,\"",
		2: b.path("moving") + " changed while it was read; apply again when it is still",
		3: "open " + b.path("nowhere") + ": ",
	} {
		if err := jobs[i].Err; err == nil || !strings.HasPrefix(err.Error(), want) || jobs[i].Result != nil {
			t.Errorf("got  %v\nwant %s…", err, want)
		}
	}
	if jobs := b.run("text"); !errors.As(jobs[0].Err, new(*checkpoint.FormatError)) {
		t.Errorf("not a checkpoint: %v", jobs[0].Err)
	}
}
