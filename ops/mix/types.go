package mix

import (
	"fmt"

	"cosmo/ops/checkpoint"
	"cosmo/ops/mix/kernel"
)

// chooseTypes sets the output types: what the recipe says, else the widest
// float among the leaves used, per component.
func (r *resolver) chooseTypes() {
	widest := map[checkpoint.Component]checkpoint.DType{}
	seen := map[checkpoint.Component]bool{}
	for _, p := range r.parts {
		for _, t := range p.Terms {
			d := t.Tensor.DType
			if !mixable(d) {
				continue
			}
			if seen[p.Component] {
				d = wider(widest[p.Component], d)
			} else if d == checkpoint.F8_E4M3 || d == checkpoint.F8_E5M2 {
				d = checkpoint.F16
			}
			widest[p.Component], seen[p.Component] = d, true
		}
	}
	for i := range r.parts {
		p := &r.parts[i]
		if !p.DType.IsFloat() || p.Literal != nil {
			continue
		}
		if p.Component == checkpoint.Other && len(p.Terms) == 1 && p.Terms[0].Coef == one {
			continue // schedule buffers and markers are copied as they are
		}
		if d, ok := r.DType[string(p.Component)]; ok {
			p.DType = d
		} else if d, ok := r.DType["*"]; ok {
			p.DType = d
		} else if mixable(p.DType) || !p.Copy() {
			p.DType = widest[p.Component]
		}
	}
}

// mixable reports whether the kernels know a type.
func mixable(d checkpoint.DType) bool {
	_, err := kernel.ParseFormat(d.String())
	return err == nil
}

// checkFormats notes parts that would have to be calculated from a type that
// the kernels do not know. Copies may be of any type of whole bytes.
func (r *resolver) checkFormats() {
	for i := range r.parts {
		p := &r.parts[i]
		for _, t := range p.Terms {
			if d := t.Tensor.DType; !mixable(d) && (!p.Copy() || d.Size() == 0) {
				r.formats = append(r.formats, fmt.Sprintf("%s (%s in %s)", p.Name, d, r.Leaves[t.Leaf].Address))
				break
			}
		}
	}
}

// wider is the narrowest of F16, BF16, F32, F64 that holds both.
func wider(a, b checkpoint.DType) checkpoint.DType {
	rank := func(d checkpoint.DType) int {
		switch d {
		case checkpoint.F64:
			return 3
		case checkpoint.F32:
			return 2
		case checkpoint.BF16:
			return 1
		}
		return 0 // F16, and F8, which is poured as F16
	}
	switch m := max(rank(a), rank(b)); {
	case m == 3:
		return checkpoint.F64
	case m == 2, rank(a) != rank(b):
		return checkpoint.F32
	case m == 1:
		return checkpoint.BF16
	}
	return checkpoint.F16
}
