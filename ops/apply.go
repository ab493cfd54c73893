package ops

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/lang"
	"cosmo/lang/lockfile"
	"cosmo/ops/ingredient"
	"cosmo/ops/pour"
	"cosmo/ops/release"
)

// Outcome is what an apply gave. Seconds and rates are measurements; all else
// is the same on every machine.
type Outcome struct {
	Outputs               []Output
	Hashed                int64 // bytes read to hash ingredients seen for the first time
	HashSeconds           float64
	Synthesised           int64 // bytes of synthetic ingredients made
	Read, Written, Reused int64 // of the pours
	Seconds, PourSeconds  float64
	DiskBytesPerSecond    float64 // while the disk was writing; 0 if nothing was poured
	LockPath              string
	LockChanged           bool
	Failed                []error
}

// Output is one file that was asked for.
type Output struct {
	Address       string
	Path          string // the release file, or the object in the store
	Root, SHA256  digest.Sum
	Size          int64
	Made          bool
	Tensors       int
	TensorsReused int
	Saturated     int64 // elements rounded to infinity
	NaN           int64
}

// Apply makes what is missing, puts release files in their places, and writes
// the lock. On failures it keeps what was finished and returns them joined;
// the outcome then tells what there is.
func (s *Session) Apply(ctx context.Context) (*Outcome, error) {
	out := &Outcome{LockPath: s.Recipe.LockPath}
	if s.opt.Locked {
		if err := s.refuseAdditions(); err != nil {
			return out, err
		}
	}
	start := s.opt.Now()
	meter := &meter{now: s.opt.Now, emit: s.opt.Emit}
	err := s.Plan.Run(ctx, engine.Options{Threads: s.opt.Threads, KeepGoing: s.opt.KeepGoing, Emit: meter.hear})
	errs := []error{err}
	for _, n := range s.Plan.Nodes {
		if !n.Op.Goal || n.State != engine.Present {
			continue
		}
		o := Output{
			Address: n.Op.Address, Path: n.Result.Path, Root: n.Result.Root, SHA256: n.Result.SHA256, Size: n.Result.Size,
			Made: n.Result.Made, Tensors: n.Result.Report.Tensors, TensorsReused: n.Result.Report.TensorsReused,
			Saturated: n.Result.Report.Saturated, NaN: n.Result.Report.NaN,
		}
		if rel := s.release(n.Op.Address); rel != nil {
			path := s.filePath(rel.File)
			if err := s.place(n.Result, path); err != nil {
				errs = append(errs, &engine.OpError{Op: n.Op, Err: err})
				continue
			}
			o.Path = path
		}
		out.Outputs = append(out.Outputs, o)
	}
	meter.tell(s.Plan, out)
	changed, err := s.writeLock()
	out.LockChanged, errs = changed, append(errs, err)
	errs = append(errs, s.register())
	out.Seconds = s.opt.Now().Sub(start).Seconds()
	return out, errors.Join(errs...)
}

func (s *Session) release(address string) *lang.Release {
	for _, r := range s.Recipe.Releases {
		if string(r.Address) == address {
			return r
		}
	}
	return nil
}

func (s *Session) filePath(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(s.Recipe.Dir, filepath.FromSlash(file))
}

// place puts a release at its path unless it is there already.
func (s *Session) place(r *engine.Result, path string) error {
	if release.Placed(s.opt.FS, r.Path, path) {
		return nil
	}
	known := func(id fsx.Identity) bool {
		d, _, err := s.Store.Recall(id)
		return err == nil && d != nil
	}
	if info, err := s.opt.FS.Stat(path); err == nil && !info.IsDir {
		if d, _, err := s.Store.Recall(info.Identity); err == nil && d != nil && d.SHA256 == r.SHA256 {
			return nil // a copy that we put there and nobody touched
		}
	}
	if err := release.Place(s.opt.FS, r.Path, path, release.Link(s.opt.Link), known); err != nil {
		return err
	}
	info, err := s.opt.FS.Stat(path)
	if err != nil {
		return err
	}
	_, err = s.Store.Remember(info.Identity, store.FileDigest{SHA256: r.SHA256, Root: r.Root, Size: r.Size, Path: path}, nil, s.opt.Now())
	return err
}

// UnlockedError lists what --locked forbids to add.
type UnlockedError struct{ Missing []string }

func (e *UnlockedError) Error() string {
	return fmt.Sprintf("the lock does not cover %d addresses of this recipe, and --locked forbids adding them: %v", len(e.Missing), e.Missing)
}

func (s *Session) refuseAdditions() error {
	var missing []string
	for _, n := range s.Plan.Nodes {
		a := n.Op.Address
		switch n.Op.Kind {
		case pour.Kind:
			out, ok := s.Lock.Outputs[a]
			if !ok || n.Key.IsZero() || out.Key != n.Key.String() {
				missing = append(missing, a)
			}
		default:
			if _, ok := s.Lock.Sources[a]; !ok {
				missing = append(missing, a)
			}
		}
	}
	if len(missing) > 0 {
		return &UnlockedError{missing}
	}
	return nil
}

// writeLock adds what is new to the lock; it changes nothing that is there but
// the entry of an output whose definition the author changed.
func (s *Session) writeLock() (bool, error) {
	l := s.Lock
	before := string(l.Bytes())
	if l.Sources == nil {
		l.Sources = map[string]lockfile.Source{}
	}
	if l.Outputs == nil {
		l.Outputs = map[string]lockfile.Output{}
	}
	if l.Ops == nil {
		l.Ops = map[string]int{}
	}
	from := map[string]string{}
	for _, m := range s.Recipe.Models {
		from[string(m.Address)] = m.Source
	}
	for _, n := range s.Plan.Nodes {
		a := n.Op.Address
		if n.State != engine.Present || n.Err != nil {
			continue
		}
		if n.Op.Kind == pour.Kind {
			if !n.Op.Goal {
				continue
			}
			o := lockfile.Output{Key: n.Key.String(), Root: n.Result.Root.String()}
			if !n.Result.SHA256.IsZero() {
				o.SHA256 = n.Result.SHA256.String()
			}
			l.Outputs[a] = o
			l.Ops[n.Op.Kind] = n.Op.Version
			continue
		}
		if old, ok := l.Sources[a]; !ok || old.From != from[a] {
			l.Sources[a] = lockfile.Source{From: from[a], SHA256: n.Result.SHA256.String(), Root: n.Result.Root.String(), Size: n.Result.Size}
		}
		if n.Op.Kind == ingredient.SynthKind {
			l.Ops[n.Op.Kind] = n.Op.Version
		}
	}
	after := l.Bytes()
	if string(after) == before || (len(l.Outputs) == 0 && len(l.Sources) == 0) {
		return false, nil
	}
	if err := writeFile(s.opt.FS, s.Recipe.LockPath, after); err != nil {
		return false, fmt.Errorf("write the lock %s: %w", s.Recipe.LockPath, err)
	}
	return true, nil
}

// register tells the store which keys this recipe's lock keeps alive.
func (s *Session) register() error {
	path, err := filepath.Abs(s.Recipe.LockPath)
	if err != nil {
		return err
	}
	var keys, roots []digest.Sum
	for _, n := range s.Plan.Nodes {
		if n.State == engine.Present && n.Result != nil {
			keys, roots = append(keys, n.Key), append(roots, n.Result.Root)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if err := s.Store.RegisterLock(path, roots, keys); err != nil {
		return fmt.Errorf("register the lock with the store: %w", err)
	}
	return nil
}

// Show tells what is in the bottle, from the recipe alone.
func Show(r *lang.Recipe, goals []string, all bool) ([]Bottle, hcl.Diagnostics) {
	list, diags := r.Goals(goals, all)
	if diags.HasErrors() {
		return nil, diags
	}
	var bottles []Bottle
	for _, a := range list {
		if b := bottle(r, a); b != nil {
			bottles = append(bottles, *b)
		}
	}
	return bottles, diags
}
