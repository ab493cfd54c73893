package pour

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
)

// Impl pours.
type Impl struct {
	FS       fsx.FS
	Executor mix.Executor
	Now      func() time.Time // for the seconds in reports
	// Ours reports whether the file in a release's place is an earlier release of
	// it, or already holds what was poured (sum): then it may be replaced.
	Ours func(op *engine.Op, path string, sum digest.Sum) bool
}

// MostOutputs bounds the files of one pass, and so its memory.
const MostOutputs = 40

// Fused implements engine.Fused: one pass serves every output that is ready.
func (*Impl) Fused() bool { return true }

// Probe implements engine.Impl: what was poured is found by key.
func (*Impl) Probe(*store.Store, *engine.Op) (*engine.Result, bool, error) { return nil, false, nil }

// Run pours a batch in as few passes as disk space and memory allow.
func (im *Impl) Run(ctx context.Context, env *engine.Env, batch []*engine.Job) error {
	bar := &bar{byPath: map[string]*ingredient{}} // ingredients are opened once for the whole batch
	defer bar.close()
	var glasses []*glass
	for _, j := range batch {
		g, err := im.prepare(env, bar, j)
		if err != nil {
			j.Err = err
			continue
		}
		glasses = append(glasses, g)
	}
	slices.SortStableFunc(glasses, func(a, b *glass) int { return strings.Compare(a.job.Op.Address, b.job.Op.Address) })
	for len(glasses) > 0 {
		n, err := im.group(env, glasses)
		if err != nil {
			for _, g := range glasses {
				g.job.Err = err
			}
			return nil
		}
		im.pass(ctx, env, bar, glasses[:n])
		glasses = glasses[n:]
	}
	return nil
}

// spareBytes stays free on the store's disk.
const spareBytes = 64 << 20

// group says how many glasses fit on the disk together. Releases on other disks
// are counted as well: the guess is on the safe side.
func (im *Impl) group(env *engine.Env, glasses []*glass) (int, error) {
	free, err := im.FS.Free(env.Store.Dir())
	if err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	var sum int64
	n := 0
	for n < min(len(glasses), MostOutputs) && sum+glasses[n].layout.Size+spareBytes <= free {
		sum += glasses[n].layout.Size
		n++
	}
	if g := glasses[0]; n == 0 {
		return 0, &NoSpaceError{Address: g.job.Op.Address, Need: g.layout.Size + spareBytes, Free: free, Dir: env.Store.Dir()}
	}
	return n, nil
}

// NoSpaceError says that an output does not fit on the store's disk. It comes
// before a byte is read.
type NoSpaceError struct {
	Address    string
	Need, Free int64 // bytes
	Dir        string
}

func (e *NoSpaceError) Error() string {
	return fmt.Sprintf("no space: %s needs %d bytes and the disk of the store (%s) has %d free; nothing was read", e.Address, e.Need, e.Dir, e.Free)
}

// pass pours a group and publishes what it gave. Errors land on the jobs. An
// ingredient that cannot be read stops only what needs it.
func (im *Impl) pass(ctx context.Context, env *engine.Env, bar *bar, group []*glass) {
	start := im.Now()
	var err error
	for len(group) > 0 {
		if err = im.pour(ctx, env, group); err == nil {
			break
		}
		var bad *inputFailure
		if !errors.As(err, &bad) {
			break
		}
		if bad.file.donor {
			env.Emit(engine.Event{Type: engine.EventNote, Address: group[0].job.Op.Address,
				Message: "an older file in the store is damaged: pouring from the ingredients instead (`cosmo store verify` has more)"})
			bar.disown(bad.file, group)
			continue
		}
		group = slices.DeleteFunc(slices.Clone(group), func(g *glass) bool {
			uses := slices.Contains(g.inputs, bad.file)
			if uses {
				g.job.Err = err
				g.vessel.Abort()
			}
			return uses
		})
	}
	for _, g := range group {
		if err == nil {
			g.job.Err = im.publish(env, g, im.Now().Sub(start).Seconds())
		} else {
			g.job.Err = err
		}
		if g.vessel != nil {
			g.vessel.Abort() // no effect after Commit
		}
	}
}

// inputFailure names the ingredient that a pass failed on.
type inputFailure struct {
	file *ingredient
	err  error
}

func (e *inputFailure) Error() string { return e.err.Error() }
func (e *inputFailure) Unwrap() error { return e.err }

// pour fills the vessels of a group in one pass.
func (im *Impl) pour(ctx context.Context, env *engine.Env, group []*glass) error {
	p := &mix.Pass{}
	var files []*ingredient // parallel to p.Inputs
	input := func(x *ingredient) int {
		i := slices.Index(files, x)
		if i < 0 {
			i = len(files)
			files = append(files, x)
			p.Inputs = append(p.Inputs, mix.Input{Name: x.path, R: x.file})
		}
		return i
	}
	if err := im.openAll(ctx, env.Store, group); err != nil {
		return err
	}
	for _, g := range group {
		g.out = &mix.Output{Name: g.job.Op.Address, Layout: g.layout, File: g.vessel.File(), FileSum: g.data.Label != nil}
		for i := range g.parts {
			t, err := g.tensor(i, input)
			if err != nil {
				return err
			}
			g.out.Tensors = append(g.out.Tensors, t)
		}
		p.Outputs = append(p.Outputs, g.out)
	}
	for _, g := range group {
		env.Emit(engine.Event{Type: engine.EventStart, Address: g.job.Op.Address, Activity: "pour", Total: g.layout.Size})
	}
	p.Progress = func(output int, done int64) {
		g := group[output]
		env.Emit(engine.Event{Type: engine.EventProgress, Address: g.job.Op.Address, Activity: "pour", Done: done, Total: g.layout.Size})
	}
	if err := im.Executor.Pour(ctx, p); err != nil {
		var in *mix.InputError
		if errors.As(err, &in) {
			return &inputFailure{files[in.Input], err}
		}
		return err
	}
	for _, x := range files {
		if err := x.unchanged(im.FS); err != nil {
			return &inputFailure{x, err}
		}
	}
	// What the pass cost as a whole is booked once.
	for i, x := range files {
		if !x.donor {
			group[0].read += p.Inputs[i].Read
		}
	}
	group[0].writeTime = p.WriteTime
	return nil
}

// NonfiniteError says that a release would hold numbers that its ingredients
// did not.
type NonfiniteError struct{ Saturated, NaN int64 }

func (e *NonfiniteError) Error() string {
	n := e.Saturated + e.NaN
	what := fmt.Sprintf("%d of its values are", n)
	if n == 1 {
		what = "one of its values is"
	}
	return what + " infinite or NaN, and no ingredient has that there: choose a wider dtype, or write allow_nonfinite = true if it is meant"
}

// publish makes a poured file an object and records it under both keys.
func (im *Impl) publish(env *engine.Env, g *glass, seconds float64) error {
	var all kernel.Stats
	for i := range g.parts {
		if d, ok := g.donors[i]; ok {
			g.out.Stats[i] = d.counts // it was counted when it was made
		}
		all.Add(g.out.Stats[i])
	}
	if g.data.Label != nil && !g.data.AllowNonfinite && all.Saturated+all.BornNaN > 0 {
		return &NonfiniteError{all.Saturated, all.BornNaN}
	}
	var man manifest
	sums := make([]checkpoint.TensorSum, len(g.parts))
	rep := engine.Report{
		Seconds: seconds, BytesRead: g.read, BytesWritten: g.layout.Size, Tensors: len(g.parts),
		Saturated: all.Saturated, NaN: all.NaN, WriteSeconds: g.writeTime.Seconds(),
	}
	for i := range g.parts {
		sums[i] = checkpoint.TensorSum{Spec: g.parts[i].Spec, Sum: g.out.Sums[i]}
		man = append(man, manifestLine{sum: g.out.Sums[i], key: g.keys[i], counts: g.out.Stats[i], name: g.parts[i].Name})
		if _, ok := g.donors[i]; ok {
			rep.TensorsReused++
			rep.BytesReused += g.layout.Tensors[i].Bytes
		}
	}
	root := checkpoint.Root(sums)
	name := root
	if g.data.Label != nil {
		name = g.out.Sum
	}
	object, id, err := g.vessel.Commit(name, ".safetensors")
	if err != nil {
		return fmt.Errorf("publish %s: %w", g.job.Op.Address, err)
	}
	e := store.Entry{
		Key: g.job.Key, Op: g.job.Op.Kind, Address: g.job.Op.Address, Preimage: g.job.Preimage,
		Object: object, Identity: id, Root: root, SHA256: g.out.Sum, Size: g.layout.Size,
	}
	if err := env.Store.Publish(&e, man.marshal()); err != nil {
		return err
	}
	if !g.job.ContentKey.IsZero() {
		c := e
		c.Key, c.Preimage = g.job.ContentKey, g.job.ContentPre
		if err := env.Store.Publish(&c, nil); err != nil {
			return err
		}
	}
	g.job.Result = engine.ResultOf(env.Store, &e)
	g.job.Result.Made, g.job.Result.Report = true, rep
	return nil
}
