package pour

import (
	"fmt"
	"slices"
	"strings"

	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/release"
)

// Kind is the op kind of a poured checkpoint, with or without a label.
const Kind = "mix"

// Data is what a pour op needs beyond its inputs.
type Data struct {
	Leaves         []lang.Address // parallel to the op's inputs, by name
	Main           *lang.Form
	VAE, CLIP      *lang.Form
	First          lang.Address // the leaf that is named first
	DType          map[string]checkpoint.DType
	ExtraKeys      string // "" is "drop"
	Complete       bool   // a missing tensor is an error
	AllowNonfinite bool   // so is a new NaN or infinity in a release, unless this is set

	Label *release.Label // nil: a plain checkpoint of the store
	Place string         // where a release belongs, absolute; no part of the key
}

// Params is the canonical text of everything but the ingredients that shapes
// the file.
func (d *Data) Params() string {
	var b strings.Builder
	extra := d.ExtraKeys
	if extra == "" {
		extra = "drop"
	}
	fmt.Fprintf(&b, "extra_keys %s\n", extra)
	var types []string
	for c, t := range d.DType {
		types = append(types, fmt.Sprintf("dtype %s %s\n", c, t))
	}
	slices.Sort(types)
	b.WriteString(strings.Join(types, ""))
	if d.Label != nil {
		fmt.Fprintf(&b, "label %d %q\n", release.LabelVersion, d.Label.Text())
	}
	return b.String()
}

// Role is the canonical text of the part a leaf plays.
func (d *Data) Role(leaf lang.Address) string {
	var parts []string
	add := func(name string, f *lang.Form) {
		if f == nil {
			return
		}
		if c := f.Coef(leaf); !c.IsZero() {
			parts = append(parts, name+" "+c.Canonical())
		}
	}
	add("mix", d.Main)
	add("vae", d.VAE)
	add("clip", d.CLIP)
	if leaf == d.First {
		parts = append(parts, "first")
	}
	if d.ranked() {
		parts = append(parts, fmt.Sprintf("rank %d", slices.Index(d.Leaves, leaf)))
	}
	return strings.Join(parts, " ")
}

// ranked reports whether it may matter in which order the leaves stand: a tensor
// that is taken from one of them is, where the first does not count or has no
// such tensor, the next one's. They are sorted by their names, which must not
// enter a key otherwise.
func (d *Data) ranked() bool {
	for _, f := range []*lang.Form{d.Main, d.VAE, d.CLIP} {
		if f == nil {
			continue
		}
		first, others := f.Coef(d.First), len(f.Terms)
		counts := !first.IsZero()
		if counts {
			others--
		}
		for _, block := range lang.Blocks(first.Family()) {
			counts = counts && first.At(block).Sign() != 0
		}
		if others > 1 && (d.ExtraKeys == "keep" || !counts) {
			return true
		}
	}
	return false
}

// Glass builds the tensor plan's input from opened leaves.
func (d *Data) Glass(leaves []*mix.Leaf) *mix.Glass {
	form := func(f *lang.Form) mix.Form {
		if f == nil {
			return nil
		}
		out := make(mix.Form, len(f.Terms))
		for i, t := range f.Terms {
			out[i] = mix.FormTerm{Leaf: slices.Index(d.Leaves, t.Leaf), Coef: t.Coef}
		}
		slices.SortFunc(out, func(a, b mix.FormTerm) int { return a.Leaf - b.Leaf })
		return out
	}
	return &mix.Glass{
		Leaves: leaves, Main: form(d.Main), VAE: form(d.VAE), CLIP: form(d.CLIP),
		First: slices.Index(d.Leaves, d.First), DType: d.DType, ExtraKeys: d.ExtraKeys, Complete: d.Complete,
	}
}
