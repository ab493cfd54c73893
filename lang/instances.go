package lang

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// instance is a block, or one of those that for_each or count makes of it.
type instance struct {
	block   *block
	key     string    // each.key, or count.index
	value   cty.Value // each.value, or count.index
	address Address

	read, flat task // what the attributes say; the form over models
	mix        *quantity
	mixRange   hcl.Range
	refs       map[Address]hcl.Range
	pour       pour
	form       *Form
	order      []Address // of the models, as first written

	choice  *Choice
	model   *Model
	release *Release

	// unsound: it has an error that does not keep the mixes it goes into from
	// being checked.
	unsound bool
}

func (in *instance) scope() *scope { return &scope{each: in, refs: in.refs} }

// where gives the range in which this instance names a pourable.
func (in *instance) where(leaf *instance) hcl.Range {
	if r, ok := in.refs[leaf.block.address]; ok {
		return r
	}
	return in.mixRange
}

// expand evaluates for_each and count.
func (e *evaluator) expand(b *block, at hcl.Range) bool {
	return e.once(&b.expansion, at, func() bool {
		attr, count := b.body.Attributes["for_each"], b.body.Attributes["count"]
		switch {
		case attr != nil && count != nil:
			e.fail(count.NameRange, "for_each and count", "A block has for_each or count, not both: for_each names its instances, count numbers them.")
			return false
		case count != nil:
			b.multi, b.counted = true, true
			v, ok := e.eval(count.Expr, &scope{})
			return ok && e.expandCount(b, count.Expr.Range(), v)
		case attr == nil:
			return e.instantiate(b, b.address, "", cty.NilVal, b.header)
		}
		b.multi = true
		v, ok := e.eval(attr.Expr, &scope{})
		return ok && e.expandOver(b, attr, v)
	})
}

func (e *evaluator) expandOver(b *block, attr *hclsyntax.Attribute, v cty.Value) bool {
	at := attr.Expr.Range()
	ty := v.Type()
	switch {
	case v.IsNull():
		e.fail(at, "for_each not usable", "for_each is null: give it a map or a set of texts, or leave it out.")
		return false
	case ty.IsTupleType() || ty.IsListType():
		e.fail(at, "for_each not usable", "for_each is a list, whose elements have no names: write toset([…]) for texts, or a map { name = … }.")
		return false
	case ty.IsSetType() && !ty.ElementType().Equals(cty.String) && v.LengthInt() > 0:
		e.fail(at, "for_each not usable", "for_each is a set of something else than texts: write a map { name = … }.")
		return false
	case !ty.IsSetType() && !ty.IsMapType() && !ty.IsObjectType():
		e.fail(at, "for_each not usable", fmt.Sprintf("for_each takes a map or a set of texts, this is %s.", describe(v)))
		return false
	case v.LengthInt() > maxInstances:
		e.fail(at, "for_each too large", fmt.Sprintf("for_each makes %d blocks of this; at most 10,000 are possible.", v.LengthInt()))
		return false
	}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if key.IsNull() {
			e.fail(at, "for_each not usable", "for_each holds null as a key.")
			return false
		}
		name := key.AsString()
		if problem := badLabel(name); problem != "" {
			e.fail(at, "for_each not usable", fmt.Sprintf("The key %s %s.", quoteHCL(shorten(name, 40)), problem))
			return false
		}
		if !e.instantiate(b, b.instance(name), name, value, at) {
			return false
		}
	}
	return true
}

// expandCount makes instances 0, 1, and so on.
func (e *evaluator) expandCount(b *block, at hcl.Range, v cty.Value) bool {
	n, err := toNumber(v)
	if err != nil || v.IsNull() {
		e.fail(at, "count not usable", fmt.Sprintf("count is a whole number, this is %s.", describe(v)))
		return false
	}
	f := n.AsBigFloat()
	switch {
	case !f.IsInt() || f.Sign() < 0:
		e.fail(at, "count not usable", fmt.Sprintf("count is a whole number, 0 or more, not %s.", shorten(f.Text('g', 20), 40)))
		return false
	case f.Cmp(big.NewFloat(maxInstances)) > 0:
		e.fail(at, "count too large", "At most 10,000 blocks are possible.")
		return false
	}
	whole, _ := f.Int64()
	for i := range int(whole) {
		key := strconv.Itoa(i)
		if !e.instantiate(b, b.instance(key), key, cty.NumberIntVal(int64(i)), at) {
			return false
		}
	}
	return true
}

// instance is the address of the instance with a key.
func (b *block) instance(key string) Address {
	if b.counted {
		return b.address + Address("["+key+"]")
	}
	return instanceOf(b.address, key)
}

// named is what a release, a label or a table calls an instance. It leaves out
// the punctuation of the address, so two addresses might share it.
type named struct{ kind, name string }

func (e *evaluator) instantiate(b *block, address Address, key string, value cty.Value, at hcl.Range) bool {
	if e.total++; e.total > maxTotal {
		e.fail(at, "Recipe too large", "A recipe has at most 50,000 blocks after for_each.")
		e.stopped = true
		return false
	}
	name := named{b.kind, address.Name()}
	if other, taken := e.names[name]; taken {
		e.fail(at, "Two of one name", fmt.Sprintf("%s would be named %s wherever its name is shown, like %s. Give one of them another label.", address, quoteHCL(name.name), other))
	} else {
		e.names[name] = address
	}
	in := &instance{block: b, key: key, value: value, address: address, refs: map[Address]hcl.Range{}, unsound: b.broken}
	in.flat.name, in.read.name = string(address), string(address)
	b.instances = append(b.instances, in)
	e.instances[address] = in
	return true
}

// readInstance evaluates an instance's attributes, once. It tells whether there
// is a mix to go on with.
func (e *evaluator) readInstance(in *instance) bool {
	return e.once(&in.read, in.block.header, func() bool {
		switch in.block.kind {
		case "model":
			return e.readModel(in)
		case KindVodka, KindCocktail:
			return e.readMix(in)
		case "choose":
			return e.readChoose(in)
		case "release":
			return e.readRelease(in)
		}
		return e.readRecipe(in)
	})
}

// finish makes an instance all that it can be, for run.
func (e *evaluator) finish(in *instance) {
	if e.readInstance(in) && in.mix != nil {
		e.flatten(in, in.mixRange)
	}
}

// flatten expresses a mix or release over models.
func (e *evaluator) flatten(in *instance, at hcl.Range) bool {
	return e.once(&in.flat, at, func() bool {
		if !e.readInstance(in) {
			return false
		}
		if in.block.kind == "model" {
			in.form, in.order = Leaf(in.address), []Address{in.address}
			return true
		}
		var ok bool
		if in.form, in.order, ok = e.expandForm(in, in.mix, in.mixRange); !ok {
			return false
		}
		poured := e.flattenPour(in)
		return e.checkMass(in) && poured
	})
}

// expandForm replaces the pourables in a quantity by models.
func (e *evaluator) expandForm(in *instance, q *quantity, at hcl.Range) (*Form, []Address, bool) {
	sound := true
	steps := 0
	for _, t := range q.form.Terms {
		leaf := e.instances[t.Leaf]
		if !e.flatten(leaf, in.where(leaf)) {
			sound = false
			continue
		}
		in.unsound = in.unsound || leaf.unsound
		steps += max(leaf.form.size(), len(leaf.form.Terms)*t.Coef.size())
		if _, alone := q.single(); !alone && (leaf.pour.VAE != nil || leaf.pour.CLIP != nil) {
			sound = false
			e.fail(in.where(leaf), "Not available yet", fmt.Sprintf("%s replaces its vae or clip, which does not reach the mixes it goes into in this version: put vae and clip on the last mix or the release.", leaf.address))
		}
	}
	if !sound {
		return nil, nil, false
	}
	if e.budget.spend(steps) != nil {
		e.add(tooMuchWork(&at))
		return nil, nil, false
	}
	form, err := q.form.Expand(func(a Address) *Form { return e.instances[a].form })
	if err == nil {
		_, err = form.mass()
	}
	if err != nil {
		e.fail(at, "Mix not possible", sentence(err))
		return nil, nil, false
	}
	var order ordered
	for _, a := range q.order {
		if !q.form.Coef(a).IsZero() {
			order.add(e.instances[a].order...)
		}
	}
	return form, order.list, true
}

// first is the model that is named first among those used.
func (in *instance) first() Address {
	for _, a := range in.order {
		if !in.form.Coef(a).IsZero() {
			return a
		}
	}
	return ""
}
