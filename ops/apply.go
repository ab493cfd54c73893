package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
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
	Placed        bool // it was in the store, and was put in its place
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
	start := s.opt.Now()
	meter := newMeter(s.opt.Now, s.opt.Emit)
	err := s.Plan.Run(ctx, engine.Options{Threads: s.opt.Threads, KeepGoing: s.opt.KeepGoing, Emit: serialised(meter.hear)})
	errs := []error{err}
	for _, n := range s.Plan.Nodes {
		if !n.Op.Goal || n.State != engine.Present || n.Err != nil {
			continue
		}
		o := Output{
			Address: n.Op.Address, Path: n.Result.Path, Root: n.Result.Root, SHA256: n.Result.SHA256, Size: n.Result.Size,
			Made: n.Result.Made, Tensors: n.Result.Report.Tensors, TensorsReused: n.Result.Report.TensorsReused,
			Saturated: n.Result.Report.Saturated, NaN: n.Result.Report.NaN,
		}
		if place := n.Op.Data.(*pour.Data).Place; place != "" {
			placed, err := s.place(context.WithoutCancel(ctx), n.Op, n.Result)
			if err != nil {
				errs = append(errs, &engine.OpError{Op: n.Op, Err: err})
				continue
			}
			o.Placed = placed && !o.Made
			o.Path = shown(place)
		}
		out.Outputs = append(out.Outputs, o)
	}
	meter.tell(s.Plan, out)
	changed, err := s.writeLock(ctx)
	out.LockChanged, errs = changed, append(errs, err)
	errs = append(errs, s.register(), s.record(start))
	out.Seconds = s.opt.Now().Sub(start).Seconds()
	return out, errors.Join(errs...)
}

// UnlockedError lists what --locked forbids to add.
type UnlockedError struct{ Missing []string }

func (e *UnlockedError) Error() string {
	return "--locked changes no lock, and this one was not made with " + strings.Join(e.Missing, ", ") + " as the recipe has it now"
}

func (s *Session) refuseAdditions() error {
	var missing []string
	from := s.sources()
	for _, n := range s.Plan.Nodes {
		a := n.Op.Address
		switch n.Op.Kind {
		case pour.Kind:
			if out, ok := s.Lock.Outputs[a]; !ok || n.Key.IsZero() || out.Key != n.Key.Hex() {
				missing = append(missing, a)
			}
		default:
			if src, ok := s.Lock.Sources[a]; !ok || src.From != from[a] {
				missing = append(missing, a)
			}
		}
	}
	for _, c := range s.Recipe.Choices {
		if s.Lock.Choices[string(c.Address)].Winner != c.Winner.Label {
			missing = append(missing, string(c.Address))
		}
	}
	if len(missing) > 0 {
		return &UnlockedError{missing}
	}
	return nil
}

// sources is what the recipe says of each model's origin.
func (s *Session) sources() map[string]string {
	from := map[string]string{}
	for _, m := range s.Recipe.Models {
		from[string(m.Address)] = m.Source
	}
	return from
}

// writeLock adds what is new to the lock; it changes nothing that is there but
// the entry of an output whose definition the author changed. Others may apply
// parts of the same recipe meanwhile: nothing of what they wrote is lost.
func (s *Session) writeLock(ctx context.Context) (changed bool, err error) {
	path := s.Recipe.LockPath
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the lock %s: %w", path, err)
		}
	}()
	abs, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	unlock, err := s.Store.WaitKey(ctx, release.PlaceKey(abs))
	if err != nil {
		return false, err
	}
	defer unlock()
	l, _, diags, err := readLock(s.opt.FS, path)
	if err != nil {
		return false, err
	}
	if diags.HasErrors() {
		return false, errors.Join(diags.Errs()...)
	}
	s.Lock = l
	before := string(l.Bytes())
	s.drop(l)
	if l.Sources == nil {
		l.Sources = map[string]lockfile.Source{}
	}
	if l.Outputs == nil {
		l.Outputs = map[string]lockfile.Output{}
	}
	if l.Ops == nil {
		l.Ops = map[string]int{}
	}
	if l.Choices == nil {
		l.Choices = map[string]lockfile.Choice{}
	}
	from := s.sources()
	for _, n := range s.Plan.Nodes {
		a := n.Op.Address
		if n.State != engine.Present || n.Err != nil {
			continue
		}
		if n.Op.Kind == pour.Kind {
			if !n.Op.Goal {
				continue
			}
			o := lockfile.Output{Key: n.Key.Hex(), Root: n.Result.Root.Hex()}
			if !n.Result.SHA256.IsZero() {
				o.SHA256 = n.Result.SHA256.Hex()
			}
			l.Outputs[a] = o
			l.Ops[n.Op.Kind] = n.Op.Version
			continue
		}
		if old, ok := l.Sources[a]; !ok || old.From != from[a] {
			if ok {
				s.repinned(a, old, from[a], n.Result)
			}
			l.Sources[a] = lockfile.Source{From: from[a], SHA256: n.Result.SHA256.Hex(), Root: n.Result.Root.Hex(), Size: n.Result.Size}
		}
		if n.Op.Kind == ingredient.SynthKind {
			l.Ops[n.Op.Kind] = n.Op.Version
		}
	}
	s.noteChoices(l)
	after := l.Bytes()
	if string(after) == before || (len(l.Outputs) == 0 && len(l.Sources) == 0) {
		return false, nil
	}
	return true, fsx.WriteFile(s.opt.FS, path, after, 0)
}

// repinned tells that the author gave an ingredient another source, which is
// pinned in place of the old one.
func (s *Session) repinned(address string, old lockfile.Source, from string, now *engine.Result) {
	file := "another file"
	if old.SHA256 == now.SHA256.Hex() {
		file = "the same file"
	}
	s.opt.Emit(engine.Event{Type: engine.EventNote, Address: address, Message: fmt.Sprintf("the lock had %s; it pins %s now, which is %s", old.From, from, file)})
}

// noteChoices writes down what was chosen, and the winner's tensors as far as
// they are known. Who picks another candidate changes a definition, as with
// outputs.
func (s *Session) noteChoices(l *lockfile.Lock) {
	roots := map[string]string{}
	for _, n := range s.Plan.Nodes {
		if n.State == engine.Present && n.Err == nil && n.Result != nil {
			roots[n.Op.Address] = n.Result.Root.Hex()
		}
	}
	for _, c := range s.Recipe.Choices {
		note := lockfile.Choice{Winner: c.Winner.Label, Root: roots[string(c.Winner.Address)]}
		if old := l.Choices[string(c.Address)]; note.Root == "" && old.Winner == note.Winner {
			note.Root = old.Root
		}
		l.Choices[string(c.Address)] = note
	}
}

// register tells the store what this recipe's lock keeps alive: everything it
// pins, also what this run was not asked for.
func (s *Session) register() error {
	path, err := filepath.Abs(s.Recipe.LockPath)
	if err != nil {
		return err
	}
	var keys, roots []digest.Sum
	add := func(list *[]digest.Sum, text string) {
		if sum, err := digest.Parse(text); err == nil { // the lock's reader has checked them
			*list = append(*list, sum)
		}
	}
	for _, src := range s.Lock.Sources {
		add(&roots, src.Root)
	}
	for _, out := range s.Lock.Outputs {
		add(&keys, out.Key)
		add(&roots, out.Root)
	}
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

// record leaves a note of the run in the store: what it made or used, for GC
// and for people.
func (s *Session) record(start time.Time) error {
	var keys []digest.Sum
	for _, n := range s.Plan.Nodes {
		if n.State == engine.Present && n.Result != nil {
			keys = append(keys, n.Key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	abs, err := filepath.Abs(s.Recipe.Path)
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"recipe": abs})
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s-%s", start.UTC().Format("20060102T150405.000Z"), digest.Of([]byte(abs)).Short())
	return s.Store.RecordRun(store.Run{ID: id, Keys: keys, Info: info})
}
