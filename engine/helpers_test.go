package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
)

var update = flag.Bool("update", false, "write the pre-images into testdata/preimages.txt; every change there makes all stores' results anew")

// thing is the Data of the ops of these tests: what they make, whatever they
// are made from. Two things of one content are equal, in different files if
// their meta differs.
type thing struct{ content, meta string }

func (x thing) root() digest.Sum { return digest.Of([]byte(x.content)) }
func (x thing) file() digest.Sum { return digest.Of([]byte(x.content + x.meta)) }
func (x thing) size() int64      { return int64(len(x.content) + len(x.meta)) }

// world is a store with two kinds of ops: things that are made, of the kinds
// make, mix (fused) and also (fused), and files.
type world struct {
	t       *testing.T
	st      *store.Store
	shelf   *shelf
	threads []int

	mu      sync.Mutex
	batches []string                                // "kind a b", what was run
	events  []string                                // "type address"
	hook    func(ctx context.Context, j *Job) error // before a thing is made
	after   func(batch []*Job) error                // the error of a batch
}

func newWorld(t *testing.T) *world { return worldIn(t, filepath.Join(t.TempDir(), "store")) }

func worldIn(t *testing.T, dir string) *world {
	t.Helper()
	st, err := store.Open(quick, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return worldOf(t, st)
}

func worldOf(t *testing.T, st *store.Store) *world {
	return &world{t: t, st: st, shelf: &shelf{known: map[string]bool{}}}
}

// quick is the operating system's files without waiting for the disk: these
// stores need not outlive the machine.
var quick fsx.FS = quickFS{fsx.OS()}

type quickFS struct{ fsx.FS }

type quickFile struct{ fsx.File }

func (f quickFS) Create(name string, opt fsx.CreateOptions) (fsx.File, error) {
	file, err := f.FS.Create(name, opt)
	return quickFile{file}, err
}

func (quickFS) SyncDir(string) error { return nil }
func (quickFile) Sync() error        { return nil }

// another is a second process at work in w's store, on the same files.
func (w *world) another() *world {
	w.t.Helper()
	v := worldIn(w.t, w.st.Dir())
	v.shelf = w.shelf
	return v
}

func (w *world) impls() map[string]Impl {
	return map[string]Impl{
		"make": &maker{w, "make", false}, "mix": &maker{w, "mix", true}, "also": &maker{w, "also", true}, "file": &reader{w},
	}
}

func (w *world) plan(ops ...Op) *Plan {
	w.t.Helper()
	p, err := NewPlan(&Graph{Ops: ops}, w.st, w.impls())
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) options() Options {
	return Options{Threads: 3, Emit: func(e Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, string(e.Type)+" "+e.Address)
	}}
}

// run plans and runs, and returns the plan.
func (w *world) run(ops ...Op) (*Plan, error) {
	w.t.Helper()
	p := w.plan(ops...)
	return p, p.Run(context.Background(), w.options())
}

func (w *world) mustRun(ops ...Op) *Plan {
	w.t.Helper()
	p, err := w.run(ops...)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// ran forgets and returns what was run so far.
func (w *world) ran() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := strings.Join(w.batches, ", ")
	w.batches = nil
	return out
}

func (w *world) wantRan(want string) {
	w.t.Helper()
	if got := w.ran(); got != want {
		w.t.Errorf("ran %q, want %q", got, want)
	}
}

// begin notes a batch.
func (w *world) begin(kind string, batch []*Job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range batch {
		kind += " " + j.Op.Address
	}
	w.batches = append(w.batches, kind)
}

// maker is a kind of ops whose results live in the store.
type maker struct {
	w     *world
	kind  string
	fused bool
}

func (m *maker) Fused() bool                                                { return m.fused }
func (*maker) Probe(*store.Store, *Op) (res *Result, known bool, err error) { return nil, false, nil }

func (m *maker) Run(ctx context.Context, env *Env, batch []*Job) error {
	w := m.w
	w.begin(m.kind, batch)
	w.threads = append(w.threads, env.Threads)
	for _, j := range batch {
		if err := ctx.Err(); err != nil {
			j.Err = err
			continue
		}
		for _, in := range j.Inputs {
			if in == nil {
				j.Err = errors.New("an input is missing")
			}
		}
		if w.hook != nil && j.Err == nil {
			j.Err = w.hook(ctx, j)
		}
		if errors.Is(j.Err, errSilent) {
			j.Err = nil
		} else if j.Err == nil {
			j.Result, j.Err = put(env.Store, j)
		}
	}
	if w.after != nil {
		return w.after(batch)
	}
	return nil
}

// errSilent makes a maker give nothing at all.
var errSilent = errors.New("silent")

// put makes a job's thing an object and publishes it under both keys.
func put(st *store.Store, j *Job) (*Result, error) {
	x := j.Op.Data.(thing)
	p, err := st.NewObject(x.size(), false)
	if err != nil {
		return nil, err
	}
	defer p.Abort()
	if _, err := p.File().WriteAt([]byte(x.content+x.meta), 0); err != nil {
		return nil, err
	}
	rel, id, err := p.Commit(x.file(), "")
	if err != nil {
		return nil, err
	}
	e := store.Entry{
		Key: j.Key, Op: j.Op.Kind, Address: j.Op.Address, Preimage: j.Preimage, Object: rel, Identity: id,
		Root: x.root(), SHA256: x.file(), Size: x.size(),
	}
	if err := st.Publish(&e, nil); err != nil {
		return nil, err
	}
	res := ResultOf(st, &e)
	res.Made = true
	if !j.ContentKey.IsZero() {
		e.Key, e.Preimage = j.ContentKey, j.ContentPre
		if err := st.Publish(&e, nil); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// shelf is where files stay. An op's thing is what is in its file, which is
// named by its address.
type shelf struct {
	mu    sync.Mutex
	known map[string]bool // those that were read
	gone  map[string]bool
}

// reader is the kind of these files.
type reader struct{ w *world }

func (r *reader) Probe(_ *store.Store, op *Op) (*Result, bool, error) {
	s := r.w.shelf
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone[op.Address] {
		return &Result{Path: op.Address}, false, errors.New("there is no such file")
	}
	x := op.Data.(thing)
	if !s.known[op.Address] {
		return &Result{Path: op.Address, Size: x.size()}, false, nil
	}
	return &Result{Path: op.Address, Size: x.size(), Root: x.root(), SHA256: x.file()}, true, nil
}

func (r *reader) Run(ctx context.Context, _ *Env, batch []*Job) error {
	r.w.begin("file", batch)
	for _, j := range batch {
		if r.w.hook != nil {
			if j.Err = r.w.hook(ctx, j); j.Err != nil {
				continue
			}
		}
		s := r.w.shelf
		s.mu.Lock()
		s.known[j.Op.Address] = true
		s.mu.Unlock()
		j.Result, _, j.Err = r.Probe(nil, j.Op)
	}
	return nil
}

// file is an op of a file.
func file(address, content string) Op {
	return Op{Address: address, Kind: "file", Version: 1, Data: thing{content, "meta of " + content}, Range: Range{File: "recipe", Line: len(address)}}
}

// made is an op that makes content from others, which are given by index.
func made(kind, address, content string, from ...int) Op {
	op := Op{Address: address, Kind: kind, Version: 1, Params: "of " + content + "\n", Data: thing{content, "!"}}
	op.Range = Range{File: "recipe", Line: 100 + len(address), Column: 3}
	for k, i := range from {
		op.Inputs = append(op.Inputs, Edge{i, fmt.Sprint("part ", k)})
	}
	return op
}

func goal(op Op) Op { op.Goal = true; return op }

func pinned(op Op, p Pin) Op { op.Pin = &p; return op }

// states lists what a plan says of its ops: "P" present, "M" missing, "U"
// unread, "?" pending, small if not needed, "!" behind what cannot be had.
func states(p *Plan) string {
	var b strings.Builder
	for _, n := range p.Nodes {
		s := map[State]string{Present: "P", Missing: "M", Unread: "U", Pending: "?"}[n.State]
		if !n.Needed {
			s = strings.ToLower(strings.Replace(s, "?", "-", 1))
		}
		b.WriteString(s)
		if n.Err != nil {
			b.WriteString("!")
		}
	}
	return b.String()
}

// failures lists the addresses of a run's failed ops with their lines, and
// other errors as they are.
func failures(err error) []string {
	var out []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			out = append(out, failures(e)...)
		}
		return out
	}
	var op *OpError
	if errors.As(err, &op) {
		return []string{fmt.Sprintf("%s at %s", op.Op.Address, op.Op.Range)}
	}
	if err != nil {
		out = append(out, err.Error())
	}
	slices.Sort(out)
	return out
}
