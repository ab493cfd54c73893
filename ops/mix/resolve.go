package mix

import (
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"

	"cosmo/lang"
	"cosmo/ops/checkpoint"
)

// Version is the mix op's version: raised only when the bits it makes change.
const Version = 1

// Leaf is an ingredient as far as its header goes.
type Leaf struct {
	Address string // for messages
	Tensors []checkpoint.Tensor
	Traits  *checkpoint.Traits
	index   map[string]int
}

// NewLeaf describes an ingredient by its tensors.
func NewLeaf(address string, tensors []checkpoint.Tensor, traits *checkpoint.Traits) *Leaf {
	l := &Leaf{Address: address, Tensors: tensors, Traits: traits, index: make(map[string]int, len(tensors))}
	for i := range tensors {
		l.index[tensors[i].Name] = i
	}
	return l
}

func (l *Leaf) tensor(name string) *checkpoint.Tensor {
	if i, ok := l.index[name]; ok {
		return &l.Tensors[i]
	}
	return nil
}

// Form is a linear form over leaves of a glass.
type Form []FormTerm

// FormTerm is one summand.
type FormTerm struct {
	Leaf int // index into Glass.Leaves
	Coef lang.Coef
}

// Glass is everything that decides the tensors of one output.
type Glass struct {
	Leaves    []*Leaf
	Main      Form
	VAE, CLIP Form                        // components taken from elsewhere; nil: from Main
	First     int                         // the leaf written first: integer tensors come from it
	DType     map[string]checkpoint.DType // by component; "*" for all
	ExtraKeys string                      // "drop" (default), "keep", "error"
	Complete  bool                        // a missing tensor of the architecture is an error
}

// Part is one tensor of an output: where it comes from, exactly.
type Part struct {
	checkpoint.Spec
	Component checkpoint.Component
	Block     string
	Literal   []byte     // values that no ingredient decides
	Terms     []PartTerm // no zero coefficients; a single 1 of the same dtype is a copy
}

// PartTerm is one summand of a Part.
type PartTerm struct {
	Leaf   int
	Tensor *checkpoint.Tensor
	Coef   *big.Rat
}

// Copy reports whether the part is one ingredient's tensor, byte for byte.
func (p *Part) Copy() bool {
	return len(p.Terms) == 1 && p.Terms[0].Tensor.DType == p.DType &&
		(p.Terms[0].Coef.Cmp(one) == 0 || !p.DType.IsFloat())
}

var one = big.NewRat(1, 1)

// Trouble is something wrong with a glass that only the ingredients' headers
// show. Warning troubles do not stop the pour.
type Trouble struct {
	Warning bool
	Summary string
	Detail  string
}

// Resolve says what every tensor of a glass is made of, in no particular
// order but always the same one. It opens no file.
func (g *Glass) Resolve() ([]Part, []Trouble) {
	r := resolver{Glass: g}
	if r.checkArchitectures(); r.failed() {
		return nil, r.troubles
	}
	names := map[string]bool{}
	for _, l := range g.Leaves {
		for i := range l.Tensors {
			names[l.Tensors[i].Name] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	for _, name := range sorted {
		r.part(name)
	}
	r.chooseTypes()
	r.checkFormats()
	r.report()
	if r.failed() {
		return nil, r.troubles
	}
	return r.parts, r.troubles
}

type resolver struct {
	*Glass
	arch     checkpoint.Arch
	expected map[string]bool // the architecture's own tensors
	parts    []Part
	troubles []Trouble
	lacking  map[string][]string // leaf address -> tensors it lacks
	shapes   []string
	formats  []string
	// Tensors that the network does not need and not every ingredient has.
	dropped, forbidden []string
}

func (r *resolver) failed() bool {
	return slices.ContainsFunc(r.troubles, func(t Trouble) bool { return !t.Warning })
}

func (r *resolver) fault(summary, format string, args ...any) {
	r.troubles = append(r.troubles, Trouble{Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

func (r *resolver) warn(summary, format string, args ...any) {
	r.troubles = append(r.troubles, Trouble{Warning: true, Summary: summary, Detail: fmt.Sprintf(format, args...)})
}

// part decides one tensor.
func (r *resolver) part(name string) {
	comp, block := checkpoint.Place(r.arch, name)
	form := r.Main
	switch {
	case comp == checkpoint.VAE && r.VAE != nil:
		form = r.VAE
	case comp == checkpoint.CLIP && r.CLIP != nil:
		form = r.CLIP
	}
	if strings.HasSuffix(name, ".position_ids") {
		if slices.ContainsFunc(form, func(t FormTerm) bool { return r.Leaves[t.Leaf].tensor(name) != nil }) {
			r.parts = append(r.parts, positionIDs(name, comp, block))
		}
		return
	}
	at := block
	if at == "" {
		at = "CLIP" // what belongs to no block follows BASE, as the text encoder does
	}
	var terms []PartTerm
	var without []FormTerm // leaves that lack it
	missing := new(big.Rat)
	for _, t := range form {
		c := t.Coef.At(at)
		if c.Sign() == 0 {
			continue
		}
		x := r.Leaves[t.Leaf].tensor(name)
		if x == nil {
			without = append(without, t)
			missing.Add(missing, c)
			continue
		}
		terms = append(terms, PartTerm{Leaf: t.Leaf, Tensor: x, Coef: c})
	}
	if len(terms) == 0 {
		return // no ingredient that counts here has it
	}
	verbatim := comp == checkpoint.Other && !strings.HasPrefix(name, "model_ema.") || terms[0].Tensor.Elements() == 0 ||
		slices.ContainsFunc(terms, func(t PartTerm) bool { return !t.Tensor.DType.IsFloat() })
	if len(without) > 0 && missing.Sign() != 0 && !(verbatim && r.expected[name]) {
		if !r.extra(name, comp, terms, without) {
			return
		}
		verbatim = true
	}
	if verbatim {
		terms = r.first(name, terms)
	}
	for _, t := range terms[1:] {
		if !slices.Equal(t.Tensor.Shape, terms[0].Tensor.Shape) {
			r.shapes = append(r.shapes, fmt.Sprintf("%s (%s in %s, %s in %s)", name,
				shapeText(terms[0].Tensor.Shape), r.Leaves[terms[0].Leaf].Address, shapeText(t.Tensor.Shape), r.Leaves[t.Leaf].Address))
			return
		}
	}
	r.parts = append(r.parts, Part{
		Spec:      checkpoint.Spec{Name: name, DType: terms[0].Tensor.DType, Shape: terms[0].Tensor.Shape},
		Component: comp, Block: block, Terms: terms,
	})
}

// extra decides a tensor that some ingredient lacks. It reports whether the
// tensor is kept as the first one that has it.
func (r *resolver) extra(name string, comp checkpoint.Component, terms []PartTerm, without []FormTerm) bool {
	optional := comp == checkpoint.Other || r.expected != nil && !r.expected[name]
	switch {
	case optional && r.ExtraKeys == "keep":
		return true
	case optional && r.ExtraKeys == "error":
		r.forbidden = append(r.forbidden, name)
		return false
	case optional:
		r.dropped = append(r.dropped, name)
		return false
	}
	if r.lacking == nil {
		r.lacking = map[string][]string{}
	}
	for _, t := range without {
		a := r.Leaves[t.Leaf].Address
		r.lacking[a] = append(r.lacking[a], name)
	}
	return false
}

// first picks the summand of the leaf written first, or of the first that has
// the tensor.
func (r *resolver) first(name string, terms []PartTerm) []PartTerm {
	pick := terms[0]
	for _, t := range terms {
		if t.Leaf == r.First {
			pick = t
		}
	}
	pick.Coef = one
	return []PartTerm{pick}
}

func positionIDs(name string, comp checkpoint.Component, block string) Part {
	const n = 77
	b := make([]byte, 8*n)
	for i := range n {
		b[8*i] = byte(i)
	}
	return Part{Spec: checkpoint.Spec{Name: name, DType: checkpoint.I64, Shape: []int64{1, n}}, Component: comp, Block: block, Literal: b}
}
