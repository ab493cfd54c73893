package diff

import (
	"cmp"
	"slices"
	"strings"

	"cosmo/lang"
	"cosmo/lang/lockfile"
)

// Side is one of the two versions.
type Side struct {
	Recipe *lang.Recipe
	Lock   *lockfile.Lock // nil: there is none
}

// Options tell what recipes and locks do not.
type Options struct {
	// Size is how many bytes a source has that no lock knows, 0 where nobody does;
	// nil: nobody ever does.
	Size func(source string) int64
}

// Changes is what differs between two versions of a recipe.
type Changes struct {
	Recipe      []Value // name, description, licence
	Outputs     []Output
	Ingredients []Ingredient
	Variables   []Value
	Choices     []Value
	Again       Again
	Alarms      []string // what the locks say that the recipes do not explain
}

// Value is something with a name that has another value now; "" is none.
type Value struct{ Name, Old, New string }

// How something changed.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Output is a release, or a mix of a recipe without releases.
type Output struct {
	How          string
	Address      string // in the new version; the old one's if it was removed
	Was          string // the old address, where it is another
	File         string
	Shares       []Share // those that changed; of what was added all
	Components   []Component
	Details      []Value // dtype, file, title and so on
	TensorsStay  bool    // only the file around them changes
	Reingredient []string
}

// Component is a part of the checkpoint that is taken from elsewhere.
type Component struct {
	Name     string  // vae or clip
	Old, New bool    // whether it is taken from elsewhere
	Shares   []Share // those that changed
}

// Share is an ingredient's part of an output.
type Share struct {
	Ingredient string // its address in the new version, the old one's if it is gone
	Old, New   lang.Coef
	Runs       []Run // where a profile is used: the blocks that changed
}

// Run is a range of blocks in which a share is the same before and the same
// after.
type Run struct {
	Blocks   string
	Old, New lang.Coef // scalars
}

// Ingredient is a model that came, went, or is another file.
type Ingredient struct {
	How     string
	Address string
	Was     string // the old address, where it is another
	Source  string
	Details []Value // source, sha256, root, autov2, licence
	// Moved: the locks say that it is the same file at another place.
	Moved bool
}

// Again is what would be made again: outputs whose tensors or labels change.
type Again struct {
	Outputs     int
	Read, Write int64 // bytes, as far as they are known
	Unknown     []string
	LabelsOnly  int // outputs whose tensors stay: written, not mixed
}

// Empty reports whether nothing changed.
func (c *Changes) Empty() bool {
	return len(c.Recipe)+len(c.Outputs)+len(c.Ingredients)+len(c.Variables)+len(c.Choices)+len(c.Alarms) == 0
}

// Compare finds what changed from old to new.
func Compare(old, new Side, opt Options) *Changes {
	for _, s := range []*Side{&old, &new} {
		if s.Lock == nil {
			s.Lock = &lockfile.Lock{}
		}
	}
	c := &comparison{old: old, new: new, opt: opt, out: &Changes{}}
	c.match()
	c.ingredients()
	c.outputs()
	c.values()
	return c.out
}

type comparison struct {
	old, new Side
	opt      Options
	out      *Changes

	stale   []string // outputs that the new lock has not heard of
	pairs   []*pair
	fromOld map[lang.Address]*pair
	fromNew map[lang.Address]*pair
}

// pair is an ingredient in both versions, or in one.
type pair struct {
	old, new *lang.Model
	other    bool // another file, as far as anybody can tell
}

func (p *pair) address() lang.Address {
	if p.new != nil {
		return p.new.Address
	}
	return p.old.Address
}

// match finds which ingredient of the new version is which of the old one:
// names may have changed, or places.
func (c *comparison) match() {
	c.fromOld, c.fromNew = map[lang.Address]*pair{}, map[lang.Address]*pair{}
	join := func(same func(a, b *lang.Model) bool) {
		for _, a := range c.old.Recipe.Models {
			if c.fromOld[a.Address] != nil {
				continue
			}
			for _, b := range c.new.Recipe.Models {
				if c.fromNew[b.Address] == nil && same(a, b) {
					p := &pair{old: a, new: b}
					c.pairs = append(c.pairs, p)
					c.fromOld[a.Address], c.fromNew[b.Address] = p, p
					break
				}
			}
		}
	}
	join(func(a, b *lang.Model) bool { return a.Address == b.Address && a.Source == b.Source })
	join(func(a, b *lang.Model) bool {
		x, y := c.old.pins(a), c.new.pins(b)
		return x.sha256 != "" && x.sha256 == y.sha256
	})
	join(func(a, b *lang.Model) bool { return a.Source == b.Source })
	join(func(a, b *lang.Model) bool { return a.Address == b.Address })
	for _, a := range c.old.Recipe.Models {
		if c.fromOld[a.Address] == nil {
			p := &pair{old: a}
			c.pairs, c.fromOld[a.Address] = append(c.pairs, p), p
		}
	}
	for _, b := range c.new.Recipe.Models {
		if c.fromNew[b.Address] == nil {
			p := &pair{new: b}
			c.pairs, c.fromNew[b.Address] = append(c.pairs, p), p
		}
	}
	slices.SortFunc(c.pairs, func(p, q *pair) int { return cmp.Compare(p.address(), q.address()) })
}

// pins are the digests that a version has for an ingredient.
type pins struct {
	sha256, autov2, root string
	size                 int64
}

func (s *Side) pins(m *lang.Model) pins {
	p := pins{sha256: m.SHA256, autov2: m.AutoV2, root: m.Root}
	if src, ok := s.Lock.Sources[string(m.Address)]; ok && src.From == m.Source {
		p.sha256, p.root, p.size = cmp.Or(p.sha256, src.SHA256), cmp.Or(p.root, src.Root), src.Size
	}
	if p.autov2 == "" && len(p.sha256) > 10 {
		p.autov2 = p.sha256[:10]
	}
	return p
}

// ingredients lists those that came, went or changed.
func (c *comparison) ingredients() {
	for _, p := range c.pairs {
		switch {
		case p.old == nil:
			c.out.Ingredients = append(c.out.Ingredients, Ingredient{How: Added, Address: string(p.new.Address), Source: p.new.Source, Details: details(Value{"license", "", p.new.License})})
		case p.new == nil:
			c.out.Ingredients = append(c.out.Ingredients, Ingredient{How: Removed, Address: string(p.old.Address), Source: p.old.Source})
		default:
			c.changed(p)
		}
	}
}

func (c *comparison) changed(p *pair) {
	x, y := c.old.pins(p.old), c.new.pins(p.new)
	known := func(a, b string) bool { return a != "" && b != "" }
	same := known(x.sha256, y.sha256) && x.sha256 == y.sha256
	in := Ingredient{How: Changed, Address: string(p.new.Address), Source: p.new.Source}
	if p.old.Address != p.new.Address {
		in.Was = string(p.old.Address)
	}
	if p.old.Source != p.new.Source {
		in.Details = append(in.Details, Value{"source", p.old.Source, p.new.Source})
		in.Moved, p.other = same, !same
	}
	for _, v := range []Value{{"sha256", x.sha256, y.sha256}, {"root", x.root, y.root}, {"autov2", x.autov2, y.autov2}} {
		if known(v.Old, v.New) && v.Old != v.New {
			p.other = true
			if v.Name != "autov2" || !known(x.sha256, y.sha256) { // which says it all
				in.Details = append(in.Details, v)
			}
		}
	}
	// What the author pins, rather than what the lock happens to hold by now.
	for _, v := range []Value{{"sha256", p.old.SHA256, p.new.SHA256}, {"root", p.old.Root, p.new.Root}, {"autov2", p.old.AutoV2, p.new.AutoV2}} {
		if (v.Old == "") != (v.New == "") {
			in.Details = append(in.Details, v)
		}
	}
	in.Details = append(in.Details, details(Value{"license", p.old.License, p.new.License})...)
	if len(in.Details) > 0 {
		c.out.Ingredients = append(c.out.Ingredients, in)
	}
}

// details keeps the values that differ.
func details(values ...Value) []Value {
	return slices.DeleteFunc(values, func(v Value) bool { return v.Old == v.New })
}

// values compares what stands beside the outputs.
func (c *comparison) values() {
	a, b := c.old.Recipe, c.new.Recipe
	c.out.Recipe = details(Value{"name", a.Name, b.Name}, Value{"description", a.Description, b.Description}, Value{"license", a.License, b.License})
	c.out.Variables = joined(texts(a.Variables, func(v *lang.Variable) (string, string) { return v.Name, v.Value }),
		texts(b.Variables, func(v *lang.Variable) (string, string) { return v.Name, v.Value }))
	chosen := func(ch *lang.Choice) (string, string) { return string(ch.Address), ch.Winner.Label }
	c.out.Choices = joined(texts(a.Choices, chosen), texts(b.Choices, chosen))
}

func texts[T any](list []T, of func(T) (name, value string)) map[string]string {
	m := map[string]string{}
	for _, x := range list {
		name, value := of(x)
		m[name] = value
	}
	return m
}

func joined(old, new map[string]string) []Value {
	var list []Value
	for name, v := range old {
		list = append(list, Value{name, v, new[name]})
	}
	for name, v := range new {
		if _, ok := old[name]; !ok {
			list = append(list, Value{name, "", v})
		}
	}
	list = details(list...)
	slices.SortFunc(list, func(a, b Value) int { return strings.Compare(a.Name, b.Name) })
	return list
}
