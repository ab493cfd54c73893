package pour

import (
	"fmt"
	"sort"
	"strings"

	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
)

// Kind is the op kind of a poured checkpoint, with or without a label.
const Kind = "mix"

// Data is what a pour op needs beyond its inputs. Inputs are the leaves, in
// the order of Leaves.
type Data struct {
	Leaves    []lang.Address
	Main      *lang.Form
	VAE, CLIP *lang.Form
	First     lang.Address // the leaf written first
	DType     map[string]checkpoint.DType
	ExtraKeys string
	Label     *Label // nil: a plain checkpoint of the store
}

// Label is the part of a release's label that the recipe decides.
type Label struct {
	Title, Description, Author, License string
	Written                             string
	EmbedRecipe                         bool
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
	comps := make([]string, 0, len(d.DType))
	for c := range d.DType {
		comps = append(comps, c)
	}
	sort.Strings(comps)
	for _, c := range comps {
		fmt.Fprintf(&b, "dtype %s %s\n", c, d.DType[c])
	}
	if l := d.Label; l != nil {
		for _, kv := range [][2]string{{"title", l.Title}, {"description", l.Description}, {"author", l.Author}, {"license", l.License}} {
			if kv[1] != "" {
				fmt.Fprintf(&b, "label %s %q\n", kv[0], kv[1])
			}
		}
		if l.EmbedRecipe {
			// The embedded recipe names its ingredients.
			fmt.Fprintf(&b, "label recipe %q\n", l.Written)
		}
		for _, a := range d.Leaves {
			fmt.Fprintf(&b, "label ingredient %q\n", a)
		}
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
		for _, t := range f.Terms {
			if t.Leaf == leaf {
				parts = append(parts, name+" "+t.Coef.Canonical())
			}
		}
	}
	add("mix", d.Main)
	add("vae", d.VAE)
	add("clip", d.CLIP)
	if leaf == d.First {
		parts = append(parts, "first")
	}
	return strings.Join(parts, " ")
}

// Glass builds the tensor plan's input from opened leaves.
func (d *Data) Glass(leaves []*mix.Leaf) *mix.Glass {
	index := map[lang.Address]int{}
	for i, a := range d.Leaves {
		index[a] = i
	}
	form := func(f *lang.Form) mix.Form {
		if f == nil {
			return nil
		}
		out := make(mix.Form, len(f.Terms))
		for i, t := range f.Terms {
			out[i] = mix.FormTerm{Leaf: index[t.Leaf], Coef: t.Coef}
		}
		return out
	}
	return &mix.Glass{
		Leaves: leaves, Main: form(d.Main), VAE: form(d.VAE), CLIP: form(d.CLIP),
		First: index[d.First], DType: d.DType, ExtraKeys: d.ExtraKeys,
	}
}
