package ingredient

import (
	"context"
	"fmt"
	"io"
	"sort"

	"cosmo/engine"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/source"
)

// SynthKind is the op kind of a synthetic checkpoint: seeded weights under the
// real names and shapes of an architecture.
const SynthKind = "synth"

// SynthVersion is raised when the generator's bits change.
const SynthVersion = 1

// SynthData is what a synth op needs.
type SynthData struct{ Synth *source.Synth }

// Synths is the Impl of SynthKind. It pours from a generator as others pour
// from files, so writing, hashing and publishing are the same code.
type Synths struct{ Executor mix.Executor }

// Probe implements engine.Impl: synthetic checkpoints are found by key.
func (*Synths) Probe(*store.Store, *engine.Op) (*engine.Result, bool, error) { return nil, false, nil }

// Run makes a few at a time; their files are independent.
func (s *Synths) Run(ctx context.Context, env *engine.Env, batch []*engine.Job) error {
	const together = 4
	for len(batch) > 0 {
		n := min(together, len(batch))
		if err := s.some(ctx, env, batch[:n]); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

func (s *Synths) some(ctx context.Context, env *engine.Env, batch []*engine.Job) error {
	p := &mix.Pass{}
	var objs []*store.Pending
	defer func() {
		for _, o := range objs {
			o.Abort() // no effect after Commit
		}
	}()
	for i, j := range batch {
		y := j.Op.Data.(*SynthData).Synth
		layout, err := checkpoint.NewLayout(y.Specs(), map[string]string{"format": "pt"})
		if err != nil {
			return fmt.Errorf("lay out %s: %w", j.Op.Address, err)
		}
		obj, err := env.Store.NewObject(layout.Size, true)
		if err != nil {
			return fmt.Errorf("allocate %s: %w", j.Op.Address, err)
		}
		objs = append(objs, obj)
		p.Inputs = append(p.Inputs, mix.Input{Name: j.Op.Address, R: &generator{y, layout}})
		out := &mix.Output{Name: j.Op.Address, Layout: layout, File: obj.File(), FileSum: true}
		for k := range layout.Tensors {
			t := &layout.Tensors[k]
			out.Tensors = append(out.Tensors, mix.Tensor{Terms: []mix.Term{{Input: i, Offset: t.Offset, ElemSize: t.DType.Size()}}})
		}
		p.Outputs = append(p.Outputs, out)
		env.Emit(engine.Event{Type: engine.EventStart, Address: j.Op.Address, Activity: "make", Total: layout.Size})
	}
	p.Progress = func(output int, done int64) {
		env.Emit(engine.Event{Type: engine.EventProgress, Address: batch[output].Op.Address, Activity: "make", Done: done, Total: p.Outputs[output].Layout.Size})
	}
	if err := s.Executor.Pour(ctx, p); err != nil {
		return err
	}
	for i, j := range batch {
		j.Result, j.Err = s.publish(env, j, p.Outputs[i], objs[i])
	}
	return nil
}

func (s *Synths) publish(env *engine.Env, j *engine.Job, out *mix.Output, obj *store.Pending) (*engine.Result, error) {
	sums := make([]checkpoint.TensorSum, len(out.Sums))
	for i, t := range out.Layout.Tensors {
		sums[i] = checkpoint.TensorSum{Spec: checkpoint.Spec{Name: t.Name, DType: t.DType, Shape: t.Shape}, Sum: out.Sums[i]}
	}
	object, id, err := obj.Commit(out.Sum, ".safetensors")
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", j.Op.Address, err)
	}
	e := store.Entry{
		Key: j.Key, Op: SynthKind, Address: j.Op.Address, Preimage: j.Preimage, Object: object, Identity: id,
		Root: checkpoint.Root(sums), SHA256: out.Sum, Size: out.Layout.Size,
	}
	if err := env.Store.Publish(&e, checkpoint.MarshalSums(sums)); err != nil {
		return nil, err
	}
	r := engine.ResultOf(env.Store, &e)
	r.Made, r.Report = true, engine.Report{BytesWritten: out.Layout.Size, Tensors: len(sums)}
	return r, nil
}

// generator reads a checkpoint that exists only as a seed. Offsets are those
// of its layout; a read stays within one tensor, as a pass's reads do.
type generator struct {
	synth  *source.Synth
	layout *checkpoint.Layout
}

func (g *generator) ReadAt(p []byte, off int64) (int, error) {
	ts := g.layout.Tensors
	i := sort.Search(len(ts), func(i int) bool { return ts[i].Offset+ts[i].Bytes > off })
	if i == len(ts) || off < ts[i].Offset || off+int64(len(p)) > ts[i].Offset+ts[i].Bytes {
		return 0, io.ErrUnexpectedEOF
	}
	t := &ts[i]
	size := int64(t.DType.Size())
	g.synth.Fill(checkpoint.Spec{Name: t.Name, DType: t.DType, Shape: t.Shape}, (off-t.Offset)/size, p)
	return len(p), nil
}

// SynthParams is the canonical text of a synthetic source.
func SynthParams(y *source.Synth) string { return "source " + y.Canonical() + "\n" }
