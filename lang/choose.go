package lang

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Choice is one model out of several, with the reason why it was taken.
type Choice struct {
	Address    Address
	Candidates []Candidate // as written in a list, sorted by label in a map
	Winner     Candidate
	Because    string
	Range      hcl.Range // of the block's header
	ByRange    hcl.Range
}

// Candidate is what a choice can fall on.
type Candidate struct {
	Label   string
	Address Address // a model, vodka or cocktail
}

// readChoose evaluates a choose block: what there is to choose from, and by
// what.
func (e *evaluator) readChoose(in *instance) bool {
	c := &Choice{Address: in.address, Range: in.block.header, ByRange: in.rangeOf("by")}
	var ok, fine bool
	if c.Candidates, ok = e.candidates(in); ok {
		c.Winner, ok = e.winner(in, c.Candidates)
	}
	c.Because, fine = e.text(in, "because")
	ok = e.checkSeen(in) && fine && ok
	in.choice = c
	return ok
}

// candidates evaluates from: a map of models, or a list of them, which are then
// called by their own names.
func (e *evaluator) candidates(in *instance) ([]Candidate, bool) {
	attr := in.block.body.Attributes["from"]
	if attr == nil {
		e.fail(in.block.header, "Missing attribute", fmt.Sprintf("%s needs from: from = [vodka.a, vodka.b], or from = { old = vodka.a, new = vodka.b }.", in.address))
		return nil, false
	}
	v, ok := e.eval(attr.Expr, in.scope())
	if !ok {
		return nil, false
	}
	at := attr.Expr.Range()
	ty := v.Type()
	named := ty.IsMapType() || ty.IsObjectType()
	if v.IsNull() || !named && !ty.IsTupleType() && !ty.IsListType() {
		e.fail(at, "Wrong type", fmt.Sprintf("from is a list or a map of models, this is %s.", describe(v)))
		return nil, false
	}
	var list []Candidate
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		label := ""
		if named {
			label = key.AsString()
		}
		address, single := Address(""), false
		if element.Type() == quantityType && !element.IsNull() {
			address, single = element.EncapsulatedValue().(*quantity).single()
		}
		if !single {
			e.fail(at, "Not a candidate", fmt.Sprintf("A candidate is a model, a vodka or a cocktail, this is %s%s", describe(element), stopped(advice(element))))
			return nil, false
		}
		if !named {
			label = address.Name()
		}
		if problem := badLabel(label); problem != "" {
			e.fail(at, "Label not usable", fmt.Sprintf("The label %s %s.", quoteHCL(shorten(label, 40)), problem))
			return nil, false
		}
		if i := slices.IndexFunc(list, func(c Candidate) bool { return c.Label == label }); i >= 0 {
			e.fail(at, "Two of one name", fmt.Sprintf("%s and %s are both called %s: write from = { name = %s, … }.", list[i].Address, address, quoteHCL(label), address))
			return nil, false
		}
		list = append(list, Candidate{label, address})
	}
	if len(list) == 0 {
		e.fail(at, "Nothing to choose from", fmt.Sprintf("%s has no candidates.", in.address))
		return nil, false
	}
	return list, true
}

// winner reads by from the syntax: it says how the choice is made, and is no
// value.
func (e *evaluator) winner(in *instance, candidates []Candidate) (Candidate, bool) {
	attr := in.block.body.Attributes["by"]
	var labels []string
	for _, c := range candidates {
		labels = append(labels, c.Label)
	}
	if attr == nil {
		e.fail(in.block.header, "Missing attribute", fmt.Sprintf("%s needs by: by = pick(%s).", in.address, quoteHCL(labels[0])))
		return Candidate{}, false
	}
	at := attr.Expr.Range()
	call, isCall := attr.Expr.(*hclsyntax.FunctionCallExpr)
	name := hcl.ExprAsKeyword(attr.Expr)
	if isCall {
		name = call.Name
	}
	switch {
	case isCall && name == "pick" && len(call.Args) == 1 && !call.ExpandFinal:
	case name == "pick":
		e.fail(at, "Malformed pick", fmt.Sprintf("pick takes the label of a candidate: pick(%s).", quoteHCL(labels[0])))
		return Candidate{}, false
	case name == "taste" || name == "metric" || name == "validation_loss":
		e.fail(at, "Not available yet", fmt.Sprintf("This version cannot choose by %s yet; for now look yourself, and write by = pick(%s).", name, quoteHCL(labels[0])))
		return Candidate{}, false
	default:
		e.fail(at, "No way to choose", fmt.Sprintf("by says how to choose: by = pick(%s).", quoteHCL(labels[0])))
		return Candidate{}, false
	}
	v, ok := e.eval(call.Args[0], in.scope())
	if !ok {
		return Candidate{}, false
	}
	if v.IsNull() || v.Type() != cty.String {
		e.fail(call.Args[0].Range(), "Malformed pick", fmt.Sprintf("pick takes the label of a candidate, as in pick(%s); this is %s.", quoteHCL(labels[0]), describe(v)))
		return Candidate{}, false
	}
	label := cty.NormalizeString(v.AsString())
	if i := slices.Index(labels, label); i >= 0 {
		return candidates[i], true
	}
	e.fail(call.Args[0].Range(), "Unknown candidate", fmt.Sprintf("%s has no candidate %s%s", in.address, quoteHCL(shorten(label, 60)), ending(e.keyList(label, labels))))
	return Candidate{}, false
}

// checkSeen looks at what seen names. It is evidence for the reader: nothing is
// made for it.
func (e *evaluator) checkSeen(in *instance) bool {
	attr := in.block.body.Attributes["seen"]
	if attr == nil {
		return true
	}
	list, diags := hcl.ExprList(attr.Expr)
	if diags.HasErrors() {
		e.fail(attr.Expr.Range(), "Wrong type", "seen is a list of grids: seen = [grid.a].")
		return false
	}
	ok := true
	for _, expr := range list {
		tr, diags := hcl.AbsTraversalForExpr(expr)
		if diags.HasErrors() || tr.RootName() != "grid" {
			e.fail(expr.Range(), "Wrong type", "seen is a list of grids: seen = [grid.a].")
			ok = false
			continue
		}
		ok = e.checkLater(tr) && ok
	}
	return ok
}

// choiceValue is what an expression sees of a choose block.
func (e *evaluator) choiceValue(b *block, at hcl.Range) (cty.Value, bool) {
	if b.models != cty.NilVal {
		return b.models, true
	}
	values := map[string]cty.Value{}
	var list []cty.Value
	for _, in := range b.instances {
		if !e.once(&in.read, at, func() bool { return e.readChoose(in) }) {
			return cty.DynamicVal, false
		}
		value := cty.ObjectVal(map[string]cty.Value{
			"winner": pourable(in.choice.Winner.Address).value(), "label": cty.StringVal(in.choice.Winner.Label),
		})
		values[in.key] = value
		list = append(list, value)
	}
	switch {
	case b.counted:
		b.models = cty.TupleVal(list)
	case b.multi:
		b.models = cty.ObjectVal(values)
	default:
		b.models = list[0]
	}
	return b.models, true
}

// checkChoiceStep looks at what follows the name of a choice.
func (e *evaluator) checkChoiceStep(in Address, name string, at hcl.Range) bool {
	if name == "winner" || name == "label" {
		return true
	}
	e.fail(at, "Unknown reference", fmt.Sprintf("%s has a winner and a label, no %q: the model is %s.winner.", in, shorten(name, 60), in))
	return false
}
