package pour

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sort"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
	"cosmo/ops/release"
)

// Impl pours.
type Impl struct {
	FS       fsx.FS
	Executor mix.Executor
	Now      func() time.Time // for the seconds in reports
	// MostOutputs bounds the files of one pass; 0 means 40.
	MostOutputs int
}

// Fused implements engine.Fused: one pass serves every output that is ready.
func (*Impl) Fused() bool { return true }

// Probe implements engine.Impl: what was poured is found by key.
func (*Impl) Probe(*store.Store, *engine.Op) (*engine.Result, bool, error) { return nil, false, nil }

// Run pours a batch in as few passes as disk space and buffers allow.
func (im *Impl) Run(ctx context.Context, env *engine.Env, batch []*engine.Job) error {
	bar := &bar{} // ingredients are opened once for the whole batch
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
	// Largest first, then by address: groups are the same on every run.
	sort.SliceStable(glasses, func(a, b int) bool { return glasses[a].job.Op.Address < glasses[b].job.Op.Address })
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

// group says how many glasses fit on the disk together.
func (im *Impl) group(env *engine.Env, glasses []*glass) (int, error) {
	free, err := im.FS.Free(env.Store.Dir())
	if err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	most := im.MostOutputs
	if most <= 0 {
		most = 40
	}
	var sum int64
	n := 0
	for n < len(glasses) && n < most && sum+glasses[n].layout.Size+spareBytes <= free {
		sum += glasses[n].layout.Size
		n++
	}
	if n == 0 {
		g := glasses[0]
		return 0, fmt.Errorf("no space: %s needs %d bytes and the store's disk (%s) has %d free; nothing was read. Run `cosmo store gc`, or choose another disk with --store",
			g.job.Op.Address, g.layout.Size, env.Store.Dir(), free)
	}
	return n, nil
}

// glass is one output on its way.
type glass struct {
	job    *engine.Job
	data   *Data
	parts  []mix.Part // in layout order
	keys   []digest.Sum
	layout *checkpoint.Layout
	inputs []*ingredient
	donors map[int]donation // by part
	out    *mix.Output
	obj    *store.Pending
}

// prepare opens a job's ingredients and decides every tensor.
func (im *Impl) prepare(env *engine.Env, bar *bar, j *engine.Job) (*glass, error) {
	g := &glass{job: j, data: j.Op.Data.(*Data)}
	var leaves []*mix.Leaf
	for i, in := range j.Inputs {
		x, err := bar.open(im.FS, in)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", g.data.Leaves[i], err)
		}
		g.inputs = append(g.inputs, x)
		leaves = append(leaves, x.leaf(string(g.data.Leaves[i])))
	}
	parts, troubles := g.data.Glass(leaves).Resolve()
	if err := troubleError(troubles); err != nil {
		return nil, err
	}
	specs := make([]checkpoint.Spec, len(parts))
	byName := make(map[string]int, len(parts))
	for i := range parts {
		specs[i] = parts[i].Spec
		byName[parts[i].Name] = i
	}
	meta, err := g.metadata(leaves)
	if err != nil {
		return nil, err
	}
	if g.layout, err = checkpoint.NewLayout(specs, meta); err != nil {
		return nil, err
	}
	for i := range g.layout.Tensors {
		p := parts[byName[g.layout.Tensors[i].Name]]
		g.parts = append(g.parts, p)
		g.keys = append(g.keys, tensorKey(&p, func(leaf int, name string) digest.Sum { return g.inputs[leaf].sums[name] }))
	}
	g.donors, err = im.findDonors(env.Store, bar, g)
	return g, err
}

// troubleError joins what stops a pour; warnings were shown with the plan.
func troubleError(ts []mix.Trouble) error {
	var errs []error
	for _, t := range ts {
		if !t.Warning {
			errs = append(errs, fmt.Errorf("%s: %s", t.Summary, t.Detail))
		}
	}
	return errors.Join(errs...)
}

// metadata is the file's header: a full label for a release, the customary
// format for an object of the store.
func (g *glass) metadata(leaves []*mix.Leaf) (map[string]string, error) {
	l := g.data.Label
	if l == nil {
		return map[string]string{"format": "pt"}, nil
	}
	lb := &release.Label{
		Title: l.Title, Description: l.Description, Author: l.Author, License: l.License,
		Written: l.Written, Form: g.data.Main, EmbedRecipe: l.EmbedRecipe,
	}
	for _, d := range g.data.DType {
		lb.Half = d.Size() == 2
	}
	for i, in := range g.inputs {
		if t := leaves[i].Traits; lb.Arch == "" {
			lb.Arch, lb.VPrediction = t.Arch, t.VPrediction
		}
		legacy, err := release.LegacyHash(in.file)
		if err != nil {
			return nil, err
		}
		lb.Ingredients = append(lb.Ingredients, release.Ingredient{
			Address: g.data.Leaves[i], SHA256: g.job.Inputs[i].SHA256, Root: g.job.Inputs[i].Root,
			Legacy: legacy, Meta: in.header.Metadata,
		})
	}
	return lb.Metadata()
}

// pass pours a group and publishes what it gave. Errors land on the jobs.
func (im *Impl) pass(ctx context.Context, env *engine.Env, bar *bar, group []*glass) {
	start := im.Now()
	err := im.pour(ctx, env, bar, group)
	if d := (*mix.DamageError)(nil); errors.As(err, &d) {
		// A donor is not what it was: leave it alone and compute everything.
		env.Emit(engine.Event{Type: engine.EventNote, Address: d.Output, Message: "an older file in the store is damaged: pouring from the ingredients instead (run `cosmo store verify`)"})
		for _, g := range group {
			g.donors = nil
		}
		err = im.pour(ctx, env, bar, group)
	}
	for _, g := range group {
		if err == nil {
			g.job.Err = im.publish(env, g, im.Now().Sub(start).Seconds())
		} else {
			g.job.Err = err
		}
		if g.obj != nil {
			g.obj.Abort() // no effect after Commit
		}
	}
}

func (im *Impl) pour(ctx context.Context, env *engine.Env, bar *bar, group []*glass) error {
	p := &mix.Pass{}
	index := map[*ingredient]int{}
	input := func(x *ingredient) int {
		i, ok := index[x]
		if !ok {
			i = len(p.Inputs)
			index[x] = i
			p.Inputs = append(p.Inputs, x.input())
		}
		return i
	}
	for _, g := range group {
		if g.obj != nil {
			g.obj.Abort()
		}
		var err error
		if g.obj, err = env.Store.NewObject(g.layout.Size, true); err != nil {
			return fmt.Errorf("allocate %s: %w", g.job.Op.Address, err)
		}
		g.out = &mix.Output{Name: g.job.Op.Address, Layout: g.layout, File: g.obj.File(), FileSum: g.data.Label != nil}
		for i := range g.parts {
			t, err := g.tensor(i, input)
			if err != nil {
				return err
			}
			g.out.Tensors = append(g.out.Tensors, t)
		}
		p.Outputs = append(p.Outputs, g.out)
		env.Emit(engine.Event{Type: engine.EventStart, Address: g.job.Op.Address, Activity: "pour", Total: g.layout.Size})
	}
	p.Progress = func(done, total int64) {
		env.Emit(engine.Event{Type: engine.EventProgress, Address: group[0].job.Op.Address, Activity: "pour", Done: done, Total: total})
	}
	if err := im.Executor.Pour(ctx, p); err != nil {
		return err
	}
	for _, x := range bar.list {
		if err := x.unchanged(im.FS); err != nil {
			return err
		}
	}
	group[0].job.Result = &engine.Result{Report: engine.Report{BytesRead: p.Read}}
	return nil
}

// tensor lowers one part: a literal, a copy (from a donor or an ingredient),
// or a compiled mix.
func (g *glass) tensor(i int, input func(*ingredient) int) (mix.Tensor, error) {
	p := &g.parts[i]
	if p.Literal != nil {
		return mix.Tensor{Literal: p.Literal}, nil
	}
	if d, ok := g.donors[i]; ok {
		return mix.Tensor{Terms: []mix.Term{{Input: input(d.from), Offset: d.offset, ElemSize: p.DType.Size()}}, Want: d.sum}, nil
	}
	var t mix.Tensor
	var in []kernel.Format
	var coef []*big.Rat
	for _, x := range p.Terms {
		t.Terms = append(t.Terms, mix.Term{Input: input(g.inputs[x.Leaf]), Offset: x.Tensor.Offset, ElemSize: x.Tensor.DType.Size()})
		f, err := format(x.Tensor.DType)
		if err != nil && !p.Copy() {
			return t, fmt.Errorf("mix tensor %s: %w", p.Name, err)
		}
		in, coef = append(in, f), append(coef, x.Coef)
	}
	if p.Copy() {
		t.Want = g.inputs[p.Terms[0].Leaf].sums[p.Name]
		return t, nil
	}
	out, err := format(p.DType)
	if err == nil {
		t.Mix, err = kernel.Compile(coef, in, out)
	}
	if err != nil {
		return t, fmt.Errorf("mix tensor %s: %w", p.Name, err)
	}
	return t, nil
}

// publish makes a poured file an object and records it under both keys.
func (im *Impl) publish(env *engine.Env, g *glass, seconds float64) error {
	var man manifest
	sums := make([]checkpoint.TensorSum, len(g.parts))
	rep := engine.Report{Seconds: seconds, BytesWritten: g.layout.Size, Tensors: len(g.parts), Saturated: g.out.Stats.Saturated, NaN: g.out.Stats.NaN}
	if g.job.Result != nil {
		rep.BytesRead = g.job.Result.Report.BytesRead
	}
	for i := range g.parts {
		sums[i] = checkpoint.TensorSum{Spec: g.parts[i].Spec, Sum: g.out.Sums[i]}
		man = append(man, manifestLine{sum: g.out.Sums[i], key: g.keys[i], name: g.parts[i].Name})
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
	object, id, err := g.obj.Commit(name, ".safetensors")
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
	r := engine.ResultOf(env.Store, &e)
	r.Made, r.Report = true, rep
	g.job.Result = r
	return nil
}

var formats = map[checkpoint.DType]kernel.Format{
	checkpoint.F64: kernel.F64, checkpoint.F32: kernel.F32, checkpoint.F16: kernel.F16, checkpoint.BF16: kernel.BF16,
	checkpoint.F8_E4M3: kernel.F8E4M3, checkpoint.F8_E5M2: kernel.F8E5M2,
}

func format(d checkpoint.DType) (kernel.Format, error) {
	f, ok := formats[d]
	if !ok {
		return f, fmt.Errorf("%s numbers cannot be mixed", d)
	}
	return f, nil
}
