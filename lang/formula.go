package lang

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// formula evaluates formula and with.
func (e *evaluator) formula(in *instance) (*quantity, bool) {
	expr := in.block.body.Attributes["formula"].Expr
	if e.unquoted(expr, "formula") {
		return nil, false
	}
	v, ok := e.eval(expr, in.scope())
	bound, boundOK := e.bound(in)
	if !ok || !boundOK {
		return nil, false
	}
	if v.IsNull() || v.Type() != cty.String {
		detail := fmt.Sprintf("formula is a text, as in \"60%% a + 40%% b\", this is %s.", describe(v))
		if v.Type() == quantityType {
			detail += " HCL arithmetic goes into mix = …"
		}
		e.fail(expr.Range(), "Wrong type", detail)
		return nil, false
	}
	text := v.AsString()
	locate := e.locator(expr, text)
	names := &recipeNames{e: e, bound: bound, in: in, locate: locate}
	q, work, troubles := parseFormula(text, names)
	if e.budget.spend(work) != nil {
		e.add(tooMuchWork(expr.Range().Ptr()))
		return nil, false
	}
	for _, t := range troubles {
		at := locate(t.start, t.end)
		if t.warning {
			e.warn(at, t.summary, t.detail)
		} else {
			e.fail(at, t.summary, t.detail)
		}
	}
	return q, q != nil && !names.unsound
}

// bound evaluates with = { name = model.x, … }.
func (e *evaluator) bound(in *instance) (map[string]*quantity, bool) {
	bound := map[string]*quantity{}
	if in.block.multi && in.value.Type() == quantityType {
		bound["each.value"] = in.value.EncapsulatedValue().(*quantity)
	}
	attr := in.block.body.Attributes["with"]
	if attr == nil {
		return bound, true
	}
	v, ok := e.eval(attr.Expr, in.scope())
	if !ok {
		return nil, false
	}
	if ty := v.Type(); v.IsNull() || !ty.IsObjectType() && !ty.IsMapType() {
		e.fail(attr.Expr.Range(), "Wrong type", fmt.Sprintf("with is a map of names, as in { V3 = model.vodka_v3 }, this is %s.", describe(v)))
		return nil, false
	}
	values := v.AsValueMap()
	for _, name := range sortedKeys(values) {
		if values[name].IsNull() || values[name].Type() != quantityType {
			e.fail(attr.Expr.Range(), "Not a model", fmt.Sprintf("with binds names to models; %s is %s.", name, describe(values[name])))
			return nil, false
		}
		bound[name] = values[name].EncapsulatedValue().(*quantity)
	}
	return bound, true
}

// locator maps bytes of the formula to the recipe: into the literal, or the
// lines of a heredoc, where these hold the text as it is, and to the whole
// expression otherwise.
func (e *evaluator) locator(expr hclsyntax.Expression, text string) func(start, end int) hcl.Range {
	pieces := e.literals(expr, text)
	if len(pieces) == 0 {
		return func(int, int) hcl.Range { return expr.Range() }
	}
	pos := func(n int) hcl.Pos {
		after := sort.Search(len(pieces), func(i int) bool { return pieces[i].at > n })
		piece := pieces[after-1]
		at := piece.pos
		at.Column += utf8.RuneCountInString(text[piece.at:n])
		at.Byte += n - piece.at
		return at
	}
	return func(start, end int) hcl.Range {
		return hcl.Range{Filename: expr.Range().Filename, Start: pos(start), End: pos(end)}
	}
}

// literal is a piece of a text that stands in the source as it is.
type literal struct {
	at  int // in the text
	pos hcl.Pos
}

// literals finds the pieces of a text that an expression spells out; nil if it
// does something else, or holds escapes. The lines of an indented heredoc stand
// further to the right than what they mean.
func (e *evaluator) literals(expr hclsyntax.Expression, text string) []literal {
	template, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok {
		return nil
	}
	var pieces []literal
	var all strings.Builder
	src := e.recipe.Files[template.SrcRange.Filename].Bytes
	for _, part := range template.Parts {
		lit, ok := part.(*hclsyntax.LiteralValueExpr)
		if !ok || lit.Val.IsNull() || lit.Val.Type() != cty.String {
			return nil
		}
		at := lit.SrcRange.Start
		lines := strings.SplitAfter(lit.Val.AsString(), "\n")
		written := strings.SplitAfter(string(src[at.Byte:lit.SrcRange.End.Byte]), "\n")
		if len(lines) != len(written) {
			return nil
		}
		for i, line := range lines {
			indent, ok := strings.CutSuffix(written[i], line)
			if !ok || strings.Trim(indent, " \t") != "" {
				return nil
			}
			from := hcl.Pos{Line: at.Line, Column: at.Column + len(indent), Byte: at.Byte + len(indent)}
			pieces = append(pieces, literal{all.Len(), from})
			all.WriteString(line)
			at = hcl.Pos{Line: at.Line + 1, Column: 1, Byte: at.Byte + len(written[i])}
		}
	}
	if all.String() != text {
		return nil
	}
	return pieces
}

// recipeNames is what names in a formula stand for.
type recipeNames struct {
	e     *evaluator
	in    *instance
	bound map[string]*quantity
	known map[string]*formulaName

	locate  func(start, end int) hcl.Range
	unsound bool // the formula names something that failed
}

// formulaTypes can be named in a formula by their label alone: the pourable
// ones, and those that will be.
var formulaTypes = append([]string{"choose", "lora"}, pourableTypes...)

func (n *recipeNames) lookup(name string) *formulaName {
	if len(name) > 2*maxLabel {
		return nil
	}
	name = cty.NormalizeString(name)
	if q := n.bound[name]; q != nil {
		if q.isProfile() {
			return nil
		}
		return &formulaName{quantity: q}
	}
	if found, seen := n.known[name]; seen {
		return found
	}
	var found []*block
	for _, kind := range formulaTypes {
		if b := n.e.blocks[kind][name]; b != nil {
			found = append(found, b)
		} else if label, isAddress := strings.CutPrefix(name, kind+"."); isAddress {
			if kind == "choose" {
				label = strings.TrimSuffix(label, ".winner")
			}
			if b := n.e.blocks[kind][label]; b != nil {
				found = append(found, b)
			}
		}
	}
	if n.known == nil {
		n.known = map[string]*formulaName{}
	}
	n.known[name] = n.resolve(found)
	return n.known[name]
}

func (n *recipeNames) resolve(found []*block) *formulaName {
	switch len(found) {
	case 0:
		return nil
	case 1:
	default:
		var addresses []string
		for _, b := range found {
			addresses = append(addresses, inFormula(b.address))
		}
		slices.Sort(addresses)
		return &formulaName{several: addresses}
	}
	b := found[0]
	itself := pourable(b.address)
	if !n.e.expand(b, n.in.mixRange) {
		// It was reported. It stands for itself, with a key or without, so that the
		// rest is checked.
		return &formulaName{quantity: itself, pick: func(string) *quantity { return itself }}
	}
	standsFor := func(in *instance) *quantity { return pourable(in.address) }
	if b.kind == "choose" { // a bare label means the winner
		if _, ok := n.e.choiceValue(b, n.in.mixRange); !ok {
			return &formulaName{quantity: itself, pick: func(string) *quantity { return itself }}
		}
		standsFor = func(in *instance) *quantity { return pourable(in.choice.Winner.Address) }
	}
	if !b.multi {
		return &formulaName{quantity: standsFor(b.instances[0])}
	}
	return &formulaName{list: func(key string) string { return n.e.instanceList(b, key) }, counted: b.counted, pick: func(key string) *quantity {
		if in := n.e.instances[b.instance(cty.NormalizeString(key))]; in != nil {
			return standsFor(in)
		}
		return nil
	}}
}

// inFormula writes an address as a formula has it, in quotes that need no
// escapes within HCL's.
func inFormula(a Address) string { return strings.ReplaceAll(string(a), `"`, `'`) }

// all lists every name.
func (n *recipeNames) all() []string {
	return append(sortedKeys(n.bound), n.e.formulaLabels()...)
}

func (e *evaluator) formulaLabels() []string {
	var names []string
	for _, kind := range formulaTypes {
		names = append(names, sortedKeys(e.blocks[kind])...)
	}
	return names
}

// spaced lists the names that hold spaces but no operators, longest first.
func (n *recipeNames) spaced() []string {
	if n.e.spaced == nil {
		n.e.spaced = withSpaces(n.e.formulaLabels())
	}
	if bound := withSpaces(sortedKeys(n.bound)); len(bound) > 0 {
		return byLength(append(bound, n.e.spaced...))
	}
	return n.e.spaced
}

func withSpaces(names []string) []string {
	found := []string{}
	for _, name := range names {
		if strings.Contains(name, " ") && !strings.ContainsFunc(name, func(r rune) bool { return formulaOperators[r] != 0 || r == '"' || r == '\'' }) {
			found = append(found, name)
		}
	}
	return byLength(found)
}

func byLength(names []string) []string {
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

// used remembers where an ingredient is named.
func (n *recipeNames) used(q *quantity, start, end int) {
	if address, ok := q.single(); ok {
		in := n.e.instances[address]
		if in == nil {
			n.unsound = true
			return
		}
		block := in.block.address
		if _, seen := n.in.refs[block]; !seen {
			n.in.refs[block] = n.locate(start, end)
		}
	}
}

func (n *recipeNames) suggest(name string) string {
	if n.e.searches > maxSearches {
		return ""
	}
	if _, function := n.e.table[name]; function {
		return fmt.Sprintf(": it is a function, and formulas have none. Write mix = %s(…) * model.a + ….", name)
	}
	return n.e.didYouMean(name, n.all())
}
