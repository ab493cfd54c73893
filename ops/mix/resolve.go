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
	dropped  []string
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

// checkArchitectures refuses glasses whose ingredients cannot be one model.
func (r *resolver) checkArchitectures() {
	var known *Leaf
	for _, l := range r.Leaves {
		t := l.Traits
		if t.ScaledFP8 {
			r.fault("Scaled fp8 checkpoint", "%s keeps its weights as fp8 numbers with separate scales, which cannot be mixed as they are. Use the fp16 or bf16 file of the same model.", l.Address)
		}
		if t.Arch == "" {
			continue
		}
		if known == nil {
			known = l
			continue
		}
		k := known.Traits
		switch {
		case k.Arch != t.Arch:
			r.fault("Different architectures", "%s is %s and %s is %s: they cannot be poured into one glass. Choose ingredients of one architecture.",
				known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
		case k.VPrediction != t.VPrediction:
			r.fault("Different prediction types", "%s is %s and %s is %s: a mix of the two predicts neither noise nor velocity.",
				known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
		case k.Inpainting != t.Inpainting || k.InstructPix2Pix != t.InstructPix2Pix:
			r.fault("Different inputs", "%s is %s and %s is %s: their first convolutions have different shapes.",
				known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
		}
	}
	if known != nil {
		r.arch = known.Traits.Arch
		r.expected = map[string]bool{}
		for _, s := range checkpoint.Complete(r.arch) {
			r.expected[s.Name] = true
		}
	}
	for _, f := range []Form{r.Main, r.VAE, r.CLIP} {
		for _, t := range f {
			if fam := t.Coef.Family(); fam != "" && r.arch != "" && fam != familyOf(r.arch) {
				r.fault("Block profile of another architecture", "The weights per block are for %s, but %s is %s.",
					familyName(fam), r.Leaves[t.Leaf].Address, checkpoint.Describe(r.Leaves[t.Leaf].Traits))
				return
			}
		}
	}
}

func familyOf(a checkpoint.Arch) lang.Family {
	if a == "sdxl" {
		return "sdxl"
	}
	return "sd1"
}

func familyName(f lang.Family) string {
	if f == "sdxl" {
		return "SDXL (20 or 21 numbers)"
	}
	return "SD 1.x and 2.x (26 numbers)"
}

// part decides one tensor.
func (r *resolver) part(name string) {
	comp, block := checkpoint.Place(r.arch, name)
	form := r.Main
	switch {
	case comp == "vae" && r.VAE != nil:
		form = r.VAE
	case comp == "clip" && r.CLIP != nil:
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
	verbatim := comp == "other" && !strings.HasPrefix(name, "model_ema.") || !terms[0].Tensor.DType.IsFloat() || terms[0].Tensor.Elements() == 0
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
			r.shapes = append(r.shapes, fmt.Sprintf("%s: %s in %s, %s in %s", name,
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
	optional := comp == "other" || r.expected != nil && !r.expected[name]
	if optional && r.ExtraKeys == "keep" {
		return true
	}
	if optional && r.ExtraKeys != "error" {
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

// chooseTypes sets the output types: what the recipe says, else the widest
// float among the leaves used, per component.
func (r *resolver) chooseTypes() {
	widest := map[checkpoint.Component]checkpoint.DType{}
	seen := map[checkpoint.Component]bool{}
	for _, p := range r.parts {
		for _, t := range p.Terms {
			d := t.Tensor.DType
			if !d.IsFloat() {
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
		if p.Component == "other" && len(p.Terms) == 1 && p.Terms[0].Coef == one {
			continue // schedule buffers and markers are copied as they are
		}
		if d, ok := r.DType[string(p.Component)]; ok {
			p.DType = d
		} else if d, ok := r.DType["*"]; ok {
			p.DType = d
		} else {
			p.DType = widest[p.Component]
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

// report turns what was gathered tensor by tensor into one trouble each.
func (r *resolver) report() {
	var who []string
	for a := range r.lacking {
		who = append(who, a)
	}
	sort.Strings(who)
	for _, a := range who {
		r.fault("Missing tensors", "%s lacks %s that other ingredients of this mix have: %s. A tensor cannot be mixed with nothing; use a complete checkpoint.",
			a, count(len(r.lacking[a]), "tensor"), few(r.lacking[a]))
	}
	if len(r.shapes) > 0 {
		r.fault("Different shapes", "%s cannot be mixed: %s.", count(len(r.shapes), "tensor"), few(r.shapes))
	}
	if len(r.dropped) > 0 {
		r.warn("Extra tensors dropped", "%s not every ingredient has, and %s needs none of them: %s. Write extra_keys = \"keep\" to take them from the first ingredient that has them.",
			count(len(r.dropped), "tensor"), r.arch, few(r.dropped))
	}
	if len(r.parts) == 0 && !r.failed() {
		r.fault("Nothing to pour", "The ingredients have no tensors in common.")
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// few lists the first names and counts the rest.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func shapeText(shape []int64) string {
	if len(shape) == 0 {
		return "scalar"
	}
	s := make([]string, len(shape))
	for i, n := range shape {
		s[i] = fmt.Sprint(n)
	}
	return strings.Join(s, "×")
}
