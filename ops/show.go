package ops

import (
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/lang"
)

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

// Bottle is one output, flattened to its ingredients.
type Bottle struct {
	Address, Of, File string
	Written           string // the mix as the author wrote it
	Shares            []Share
	Components        []Component // those that are mixed otherwise than the rest
	Mass              string
	DType             string
}

// Component is a part of the checkpoint that is taken from elsewhere.
type Component struct {
	Name   string // vae or clip
	Shares []Share
}

// Share is one ingredient's part.
type Share struct {
	Address, Source string
	Percent         string
	Value           float64      // of the whole, where it is the same everywhere
	PerBlock        []BlockShare // nil when the same everywhere
}

// BlockShare is a share in a range of blocks.
type BlockShare struct {
	Blocks  string
	Percent string
	Value   float64
}

func bottle(r *lang.Recipe, a lang.Address) *Bottle {
	b := &Bottle{Address: string(a), Mass: "1"}
	var form *lang.Form
	var p lang.Pour
	for _, m := range r.Mixes {
		if m.Address == a {
			form, b.Written, p = m.Form, m.Text, m.Pour
		}
	}
	for _, rel := range r.Releases {
		if rel.Address != a {
			continue
		}
		form, b.Of, b.File, p = rel.Form, string(rel.Of), rel.File, rel.Pour
		for _, m := range r.Mixes {
			if m.Address == rel.Of {
				b.Written = m.Text
			}
		}
	}
	if form == nil {
		return nil
	}
	source := map[lang.Address]string{}
	for _, m := range r.Models {
		source[m.Address] = m.Source
	}
	b.Mass = form.Mass().String()
	var types []string
	for _, c := range sortedKeys(p.DType) {
		if c == "*" {
			types = append(types, p.DType[c])
		} else {
			types = append(types, c+" "+p.DType[c])
		}
	}
	b.DType = strings.Join(types, ", ")
	b.Shares = shares(form, source)
	for _, c := range []struct {
		name string
		form *lang.Form
	}{{"vae", p.VAE}, {"clip", p.CLIP}} {
		if c.form != nil {
			b.Components = append(b.Components, Component{c.name, shares(c.form, source)})
		}
	}
	return b
}

func shares(form *lang.Form, source map[lang.Address]string) []Share {
	var list []Share
	for _, t := range form.Terms {
		s := Share{Address: string(t.Leaf), Source: source[t.Leaf]}
		if t.Coef.IsScalar() {
			s.Percent = lang.PercentText(t.Coef.At(""))
			s.Value, _ = t.Coef.At("").Float64()
		} else {
			for _, r := range t.Coef.Runs() {
				v, _ := r.Value.Float64()
				s.PerBlock = append(s.PerBlock, BlockShare{Blocks: r.Blocks, Percent: lang.PercentText(r.Value), Value: v})
			}
			s.Percent = "per block"
		}
		list = append(list, s)
	}
	return list
}
