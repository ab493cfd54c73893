package ops

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/lang"
	"cosmo/lang/lockfile"
	"cosmo/ops/ingredient"
	"cosmo/ops/mix"
	"cosmo/ops/pour"
	"cosmo/ops/release"
	"cosmo/ops/source"
)

// Load reads and checks a recipe with everything this program can do in it, for
// the given values of its variables.
func Load(path string, inputs map[string]lang.Input) (*lang.Recipe, hcl.Diagnostics) {
	o := LangOptions()
	o.Inputs = inputs
	return lang.Load(path, o)
}

// LoadFrom is Load for files that may lie elsewhere than on the disk.
func LoadFrom(files lang.Files, path string, inputs map[string]lang.Input) (*lang.Recipe, hcl.Diagnostics) {
	o := LangOptions()
	o.Inputs = inputs
	return lang.LoadFrom(files, path, o)
}

// SourceSize is how many bytes a source has that its name tells, 0 for others.
func SourceSize(text string) int64 {
	if y, err := source.ParseSynth(text); err == nil {
		return y.Size()
	}
	return 0
}

// LangOptions is what lang needs to know of what ops can do.
func LangOptions() lang.Options {
	return lang.Options{Methods: Methods(), Sources: source.Check}
}

// Options steer a session. None of them changes a result.
type Options struct {
	StoreDir  string
	Goals     []string
	All       bool
	Locked    bool // refuse to add to the lock
	Threads   int  // 0: all processors
	KeepGoing bool
	Emit      engine.Sink
	Link      string // auto, reflink, hard, copy

	FS  fsx.FS           // nil: the operating system's
	Now func() time.Time // nil: the clock; for reports and racily young files only

	pinOnly bool     // the goals are models
	upgrade *Upgrade // entries of the lock that do not count
}

// Session is a recipe held against a store.
type Session struct {
	Recipe *lang.Recipe
	Store  *store.Store
	Plan   *engine.Plan
	Lock   *lockfile.Lock
	Goals  []lang.Address

	opt   Options
	sizes map[string]glassSize // by address, of what has to be poured
}

// Open compiles a recipe, holds it against the store, and checks the headers
// of the ingredients that will be poured. It reads no weights. The error is an
// UnlockedError when Locked is set and the lock does not cover the recipe.
func Open(r *lang.Recipe, o Options) (*Session, hcl.Diagnostics, error) {
	if o.FS == nil {
		o.FS = fsx.OS()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Link == "" {
		o.Link = string(release.LinkAuto)
	}
	o.Emit = serialised(o.Emit)
	var goals []lang.Address
	var diags hcl.Diagnostics
	if !o.pinOnly {
		goals, diags = r.Goals(o.Goals, o.All)
	}
	if diags.HasErrors() {
		return nil, diags, nil
	}
	lock, text, more, err := readLock(o.FS, r.LockPath)
	if err != nil {
		return nil, diags, err
	}
	if diags = append(diags, more...); len(more) > 0 {
		r.Files[r.LockPath] = &hcl.File{Bytes: text} // what the diagnostics point into
	}
	if diags.HasErrors() {
		return nil, diags, nil
	}
	s := &Session{Recipe: r, Lock: lock, Goals: goals, opt: o}
	s.drop(lock)
	if o.pinOnly {
		for _, m := range r.Models { // those that are not pinned
			if src, ok := lock.Sources[string(m.Address)]; !ok || src.From != m.Source {
				s.Goals = append(s.Goals, m.Address)
			}
		}
		goals = s.Goals
	}
	graph, more := compile(r, lock, goals)
	diags = append(diags, more...)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	st, err := store.Open(o.FS, o.StoreDir)
	if err != nil {
		return nil, diags, err
	}
	s.Store = st
	cpu := mix.CPU{Threads: o.Threads}
	impls := map[string]engine.Impl{
		ingredient.FileKind:  &ingredient.Files{FS: o.FS, Now: o.Now},
		ingredient.SynthKind: &ingredient.Synths{Executor: cpu},
		pour.Kind:            &pour.Impl{FS: o.FS, Executor: cpu, Now: o.Now, Ours: s.replaceable},
	}
	if s.Plan, err = engine.NewPlan(graph, st, impls); err != nil {
		return nil, diags, errors.Join(err, st.Close())
	}
	diags = append(diags, s.checkPlaces()...)
	diags = append(diags, s.checkIngredients()...)
	if o.Locked && !diags.HasErrors() {
		if err := s.refuseAdditions(); err != nil {
			return nil, diags, errors.Join(err, st.Close())
		}
	}
	return s, diags, nil
}

// PinErrors lists ingredients and results that are known to differ from their
// pins.
func (s *Session) PinErrors() []error {
	var errs []error
	for _, n := range s.Plan.Nodes {
		if pin := (*engine.PinError)(nil); n.Needed && errors.As(n.Err, &pin) {
			errs = append(errs, &engine.OpError{Op: n.Op, Err: n.Err})
		}
	}
	return errs
}

// Close lets go of the store.
func (s *Session) Close() error { return s.Store.Close() }

// serialised makes a sink safe to call from many goroutines.
func serialised(sink engine.Sink) engine.Sink {
	if sink == nil {
		return func(engine.Event) {}
	}
	var mu sync.Mutex
	return func(e engine.Event) {
		mu.Lock()
		defer mu.Unlock()
		sink(e)
	}
}

// readLock reads a lock; that there is none is one without entries.
func readLock(f fsx.FS, path string) (*lockfile.Lock, []byte, hcl.Diagnostics, error) {
	text, err := f.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &lockfile.Lock{}, nil, nil, nil
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read lock: %w", err)
	}
	lock, diags := lockfile.Read(path, text)
	return lock, text, diags, nil
}
