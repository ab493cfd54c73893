package diff

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cosmo/lang"
)

// bottle is an output of one version.
type bottle struct {
	address lang.Address
	file    string
	form    *lang.Form
	first   lang.Address
	pour    lang.Pour
	label   []Value // what a release says of itself; New is not used
	release bool
}

// bottles lists what a version makes: its releases, or, if it has none, the
// mixes that nothing else uses.
func bottles(r *lang.Recipe) []*bottle {
	var list []*bottle
	for _, rel := range r.Releases {
		list = append(list, &bottle{address: rel.Address, file: rel.File, form: rel.Form, first: rel.First, pour: rel.Pour, release: true, label: []Value{
			{"title", rel.Title, ""}, {"description", rel.Description, ""}, {"author", rel.Author, ""}, {"license", rel.License, ""}, {"embed_recipe", fmt.Sprint(rel.EmbedRecipe), ""},
		}})
	}
	if len(list) > 0 {
		return list
	}
	goals, _ := r.Goals(nil, false)
	for _, m := range r.Mixes {
		if slices.Contains(goals, m.Address) {
			list = append(list, &bottle{address: m.Address, form: m.Form, first: m.First, pour: m.Pour})
		}
	}
	return list
}

// outputs matches the bottles of both versions and compares them. Names count
// only between bottles that differ.
func (c *comparison) outputs() {
	olds, news := bottles(c.old.Recipe), bottles(c.new.Recipe)
	taken, of := map[*bottle]bool{}, map[*bottle]*bottle{}
	join := func(same func(a, b *bottle) bool) {
		for _, b := range news {
			for _, a := range olds {
				if of[b] == nil && !taken[a] && same(a, b) {
					of[b], taken[a] = a, true
				}
			}
		}
	}
	join(func(a, b *bottle) bool { return a.address == b.address })
	join(func(a, b *bottle) bool { return a.file != "" && a.file == b.file })
	join(func(a, b *bottle) bool { return c.compare(a, b).TensorsStay })
	again := map[*pair]bool{}
	for _, b := range news {
		a := of[b]
		if a == nil {
			o := Output{How: Added, Address: string(b.address), File: b.file, Shares: c.shares(nil, b.form), Components: c.components(&lang.Pour{}, &b.pour)}
			o.Details = details(Value{"dtype", "", dtypes(b.pour.DType)})
			c.out.Outputs = append(c.out.Outputs, o)
			c.again(b, again)
			continue
		}
		c.output(a, b, again)
	}
	for _, a := range olds {
		if !taken[a] {
			c.out.Outputs = append(c.out.Outputs, Output{How: Removed, Address: string(a.address), File: a.file})
		}
	}
	slices.SortStableFunc(c.out.Outputs, func(x, y Output) int { return cmp.Compare(x.Address, y.Address) })
	for p := range again {
		size := c.size(p)
		c.out.Again.Read += size
		if size == 0 {
			c.out.Again.Unknown = append(c.out.Again.Unknown, string(p.address()))
		}
	}
	slices.Sort(c.out.Again.Unknown)
	if n := len(c.stale); n > 0 {
		shown := c.stale[:min(n, 3)]
		if more := n - len(shown); more > 0 {
			shown = append(slices.Clone(shown), fmt.Sprintf("%d more", more))
		}
		c.out.Alarms = append(c.out.Alarms, "the lock was not brought up to date, it has what was before of "+strings.Join(shown, ", ")+": apply and commit it")
	}
}

// compare says how the tensors of a bottle differ from what they were.
func (c *comparison) compare(a, b *bottle) Output {
	o := Output{How: Changed, Address: string(b.address), File: b.file, Shares: c.shares(a.form, b.form), Components: c.components(&a.pour, &b.pour)}
	if a.address != b.address {
		o.Was = string(a.address)
	}
	for _, leaf := range leaves(b) {
		if p := c.fromNew[leaf]; p.other {
			o.Reingredient = append(o.Reingredient, string(leaf))
		}
	}
	o.Details = details(
		Value{"dtype", dtypes(a.pour.DType), dtypes(b.pour.DType)}, Value{"extra_keys", a.pour.ExtraKeys, b.pour.ExtraKeys},
		Value{"any_mass", flag(a.pour.AnyMass), flag(b.pour.AnyMass)}, Value{"allow_nonfinite", flag(a.pour.AllowNonfinite), flag(b.pour.AllowNonfinite)},
		Value{"complete", flag(a.pour.Complete), flag(b.pour.Complete)})
	if c.fromOld[a.first] != c.fromNew[b.first] && len(o.Shares) == 0 {
		o.Details = append(o.Details, Value{"integer tensors of", string(a.first), string(b.first)})
	}
	o.TensorsStay = len(o.Shares)+len(o.Components)+len(o.Reingredient)+len(o.Details) == 0
	return o
}

// output lists a bottle if it is not what it was.
func (c *comparison) output(a, b *bottle, again map[*pair]bool) {
	o := c.compare(a, b)
	labels := details(Value{"file", a.file, b.file})
	for i := range min(len(a.label), len(b.label)) {
		labels = append(labels, details(Value{b.label[i].Name, a.label[i].Old, b.label[i].Old})...)
	}
	o.Details = append(o.Details, labels...)
	c.alarm(a, b, o.TensorsStay)
	if o.TensorsStay && len(o.Details) == 0 {
		return
	}
	if c.out.Outputs = append(c.out.Outputs, o); o.TensorsStay {
		c.out.Again.LabelsOnly++
		return
	}
	c.again(b, again)
}

// again counts an output that has to be poured again.
func (c *comparison) again(b *bottle, inputs map[*pair]bool) {
	c.out.Again.Outputs++
	most := int64(0)
	for _, leaf := range leaves(b) {
		p := c.fromNew[leaf]
		inputs[p] = true
		most = max(most, c.size(p))
	}
	c.out.Again.Write += most // an output is as large as its largest ingredient, or smaller
}

// size is how large an ingredient is, 0 if nobody knows.
func (c *comparison) size(p *pair) int64 {
	if p.new == nil {
		return 0
	}
	size := c.new.pins(p.new).size
	if size == 0 && p.old != nil && !p.other {
		size = c.old.pins(p.old).size
	}
	if size == 0 && c.opt.Size != nil {
		size = c.opt.Size(p.new.Source)
	}
	return size
}

// alarm tells of locks that disagree where the recipes do not.
func (c *comparison) alarm(a, b *bottle, same bool) {
	x, known := c.old.Lock.Outputs[string(a.address)]
	y, too := c.new.Lock.Outputs[string(b.address)]
	switch {
	case !known || !too:
	case x.Key == y.Key && x.Root != y.Root:
		c.out.Alarms = append(c.out.Alarms, fmt.Sprintf("the locks have other tensors for %s, with the same definition: root %.10s, then %.10s", b.address, x.Root, y.Root))
	case !same && x.Key == y.Key:
		c.stale = append(c.stale, string(b.address))
	}
}

// leaves lists all ingredients of a bottle, each once.
func leaves(b *bottle) []lang.Address {
	var list []lang.Address
	for _, f := range []*lang.Form{b.form, b.pour.VAE, b.pour.CLIP} {
		if f != nil {
			list = append(list, f.Leaves()...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// renamed has the numbers of pairs for leaves.
func (c *comparison) renamed(f *lang.Form, from map[lang.Address]*pair) *lang.Form {
	terms := make([]lang.Term, 0, len(f.Terms))
	for _, t := range f.Terms {
		terms = append(terms, lang.Term{Leaf: lang.Address(fmt.Sprint(slices.Index(c.pairs, from[t.Leaf]))), Coef: t.Coef})
	}
	out, err := lang.NewForm(terms...)
	if err != nil {
		return f // two names of one file, of different families: as if it were another mix
	}
	return out
}

// shares lists the ingredients whose part of a form changed.
func (c *comparison) shares(a, b *lang.Form) []Share {
	old, new := &lang.Form{}, &lang.Form{}
	if a != nil {
		old = c.renamed(a, c.fromOld)
	}
	if b != nil {
		new = c.renamed(b, c.fromNew)
	}
	var list []Share
	for i, p := range c.pairs {
		leaf := lang.Address(fmt.Sprint(i))
		x, y := old.Coef(leaf), new.Coef(leaf)
		if x.Equal(y) {
			continue
		}
		blocks := runs(x, y)
		if len(blocks) == 0 && cmp.Or(x.Family(), y.Family()) != lang.AnyFamily {
			continue // two spellings of one profile
		}
		list = append(list, Share{Ingredient: string(p.address()), Old: x, New: y, Runs: blocks})
	}
	return list
}

// runs lists the blocks in which two coefficients differ, nil where both are
// numbers.
func runs(x, y lang.Coef) []Run {
	family := cmp.Or(x.Family(), y.Family())
	if family == lang.AnyFamily {
		return nil
	}
	// One profile over the names of blocks, whose values stand for pairs of values.
	var list []Run
	blocks := lang.Blocks(family)
	if y.Family() != lang.AnyFamily && len(lang.Blocks(y.Family())) < len(blocks) {
		blocks = lang.Blocks(y.Family())
	}
	name := func(block string) string {
		if block == "CLIP" {
			return "BASE"
		}
		return block
	}
	follows := map[string]string{"VAE": "CLIP", "TIME": "IN00", "LABEL": "IN00"} // unless they are given a number
	at := func(c lang.Coef, block string) string { return c.At(block).RatString() }
	for i := 0; i < len(blocks); {
		j := i + 1
		both := at(x, blocks[i]) + " " + at(y, blocks[i])
		if leader := follows[blocks[i]]; leader != "" {
			led := x.At(leader).Cmp(y.At(leader)) != 0 // what stays then has to be told, too
			if both != at(x, leader)+" "+at(y, leader) && (led || x.At(blocks[i]).Cmp(y.At(blocks[i])) != 0) && blocks[i] != "LABEL" {
				list = append(list, Run{name(blocks[i]), lang.Scalar(x.At(blocks[i])), lang.Scalar(y.At(blocks[i]))})
			}
			i = j
			continue
		}
		for blocks[i] != "CLIP" && j < len(blocks) && at(x, blocks[j])+" "+at(y, blocks[j]) == both {
			j++
		}
		if x.At(blocks[i]).Cmp(y.At(blocks[i])) != 0 {
			n := name(blocks[i])
			if j > i+1 {
				n += "-" + blocks[j-1]
			}
			list = append(list, Run{n, lang.Scalar(x.At(blocks[i])), lang.Scalar(y.At(blocks[i]))})
		}
		i = j
	}
	return list
}

// components compares what is taken from elsewhere.
func (c *comparison) components(a, b *lang.Pour) []Component {
	var list []Component
	for _, part := range []struct {
		name     string
		old, new *lang.Form
	}{{"vae", a.VAE, b.VAE}, {"clip", a.CLIP, b.CLIP}} {
		if part.old == nil && part.new == nil {
			continue
		}
		k := Component{Name: part.name, Old: part.old != nil, New: part.new != nil, Shares: c.shares(part.old, part.new)}
		if len(k.Shares) > 0 {
			list = append(list, k)
		}
	}
	return list
}

func dtypes(m map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name == "*" {
			parts = append(parts, m[name])
		} else {
			parts = append(parts, name+" "+m[name])
		}
	}
	return strings.Join(parts, ", ")
}

func flag(on bool) string {
	if on {
		return "true"
	}
	return ""
}
