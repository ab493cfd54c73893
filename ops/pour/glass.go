package pour

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
	"cosmo/ops/release"
)

// glass is one output on its way.
type glass struct {
	job    *engine.Job
	data   *Data
	parts  []mix.Part // in layout order
	keys   []digest.Sum
	layout *checkpoint.Layout
	inputs []*ingredient    // parallel to data.Leaves
	donors map[int]donation // by part
	out    *mix.Output
	vessel vessel

	// Of the pass, on its first glass alone.
	read      int64         // bytes of the ingredients
	writeTime time.Duration // in which the disk was writing
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
	meta, err := g.metadata(parts)
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
func (g *glass) metadata(parts []mix.Part) (map[string]string, error) {
	if g.data.Label == nil {
		return map[string]string{"format": "pt"}, nil
	}
	lb := *g.data.Label
	lb.Ingredients = slices.Clone(lb.Ingredients)
	for k := range lb.Ingredients {
		i := &lb.Ingredients[k]
		n := slices.Index(g.data.Leaves, i.Address)
		legacy, err := release.LegacyHash(g.inputs[n].file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", i.Address, err)
		}
		i.SHA256, i.Root, i.Legacy, i.Meta = g.job.Inputs[n].SHA256, g.job.Inputs[n].Root, legacy, g.inputs[n].header.Metadata
	}
	for n, in := range g.inputs {
		if t := in.traits; lb.Arch == "" && !g.data.Main.Coef(g.data.Leaves[n]).IsZero() {
			lb.Arch, lb.VPrediction = t.Arch, t.VPrediction
		}
	}
	if n := slices.IndexFunc(parts, func(p mix.Part) bool { return p.Component == checkpoint.UNet }); n >= 0 {
		lb.Half = parts[n].DType == checkpoint.F16
	}
	return lb.Metadata()
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
		f, err := kernel.ParseFormat(x.Tensor.DType.String())
		if err != nil && !p.Copy() {
			return t, fmt.Errorf("mix tensor %s: %w", p.Name, err)
		}
		in, coef = append(in, f), append(coef, x.Coef)
	}
	if p.Copy() {
		t.Want = g.inputs[p.Terms[0].Leaf].sums[p.Name]
		return t, nil
	}
	out, err := kernel.ParseFormat(p.DType.String())
	if err == nil {
		t.Mix, err = kernel.Compile(coef, in, out)
	}
	if err != nil {
		return t, fmt.Errorf("mix tensor %s: %w", p.Name, err)
	}
	return t, nil
}
