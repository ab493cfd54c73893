package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// bindings collects the variables of one expression: root → name → value.
type bindings struct {
	names map[string]map[string]cty.Value
	roots map[string]cty.Value
}

// context makes what an expression needs to be evaluated. It is not ok if a
// reference is wrong (which is reported) or its target unsound; such
// references are unknown values, so that the rest is still checked.
func (e *evaluator) context(expr hclsyntax.Expression, s *scope) (*hcl.EvalContext, bool) {
	b := &bindings{map[string]map[string]cty.Value{}, map[string]cty.Value{}}
	ok := true
	for _, traversal := range expr.Variables() {
		if !e.bind(b, traversal, s) {
			ok = false
		}
	}
	for root, names := range b.names {
		b.roots[root] = cty.ObjectVal(names)
	}
	return &hcl.EvalContext{Variables: b.roots, Functions: e.table}, ok
}

func (b *bindings) set(root, name string, v cty.Value) {
	if b.names[root] == nil {
		b.names[root] = map[string]cty.Value{}
	}
	b.names[root][name] = v
}

// bind resolves one reference.
func (e *evaluator) bind(b *bindings, tr hcl.Traversal, s *scope) bool {
	root := tr.RootName()
	at := tr.SourceRange()
	switch {
	case root == "each":
		return e.bindEach(b, tr, s)
	case root == "local" || slices.Contains(pourableTypes, root):
	case e.laterSymbol(root) != "":
		b.roots[root] = cty.DynamicVal
		return e.checkLater(tr)
	case root == "release":
		e.fail(at, "Not an ingredient", "A release is a file that was poured. Mix what it was poured from.")
		b.roots[root] = cty.DynamicVal
		return false
	case root == "recipe":
		e.fail(at, "Not an ingredient", "A recipe block says what the recipe is called. It is no value.")
		b.roots[root] = cty.DynamicVal
		return false
	default:
		e.unknownRoot(tr)
		b.roots[root] = cty.DynamicVal
		return false
	}
	if len(tr) == 1 {
		return e.bindAll(b, root, at, s)
	}
	name, isName := stepName(tr[1])
	if !isName {
		return e.bindAll(b, root, at, s)
	}
	v, ok := e.named(root, name, tr, s)
	b.set(root, cty.NormalizeString(name), v)
	return ok
}

// bindAll binds all blocks of a type (or all locals): what values(model) and
// model[each.key] need.
func (e *evaluator) bindAll(b *bindings, root string, at hcl.Range, s *scope) bool {
	ok := true
	if b.names[root] == nil {
		b.names[root] = map[string]cty.Value{}
	}
	if e.budget.spend(len(e.blocks[root])) != nil {
		e.add(tooMuchWork(&at))
		return false
	}
	if root == "local" {
		for _, l := range e.localOrder {
			v := cty.DynamicVal
			if e.local(l, at) {
				v = l.value
			} else {
				ok = false
			}
			b.set(root, l.attr.Name, v)
		}
		return ok
	}
	for _, label := range sortedKeys(e.blocks[root]) {
		v, sound := e.blockValue(e.blocks[root][label], at, s)
		b.set(root, label, v)
		ok = ok && sound
	}
	return ok
}

// named gives the value of ROOT.name.
func (e *evaluator) named(root, name string, tr hcl.Traversal, s *scope) (cty.Value, bool) {
	at := tr.SourceRange()
	if root == "local" {
		l := e.locals[name]
		if l == nil {
			e.unknownName(root, name, tr, sortedKeys(e.locals))
			return cty.DynamicVal, false
		}
		if !e.local(l, at) {
			return cty.DynamicVal, false
		}
		return l.value, true
	}
	blk := e.blocks[root][cty.NormalizeString(name)]
	if blk == nil {
		e.unknownName(root, name, tr, sortedKeys(e.blocks[root]))
		return cty.DynamicVal, false
	}
	v, ok := e.blockValue(blk, at, s)
	if ok && len(tr) > 2 && !e.checkSteps(blk, tr) {
		return cty.DynamicVal, false
	}
	return v, ok
}

// blockValue is what an expression sees of a block: a model, or a map of them.
func (e *evaluator) blockValue(b *block, at hcl.Range, s *scope) (cty.Value, bool) {
	if s.refs != nil {
		if _, seen := s.refs[b.address]; !seen {
			s.refs[b.address] = at
		}
	}
	if !e.expand(b, at) {
		return cty.DynamicVal, false
	}
	if b.models == cty.NilVal {
		b.models = modelsOf(b)
	}
	return b.models, true
}

func modelsOf(b *block) cty.Value {
	if !b.multi {
		return pourable(b.address).value()
	}
	if len(b.instances) == 0 {
		return cty.MapValEmpty(quantityType)
	}
	values := map[string]cty.Value{}
	for _, in := range b.instances {
		values[in.key] = pourable(in.address).value()
	}
	return cty.MapVal(values)
}

// checkSteps looks at what follows a block's name: a key of its for_each, and
// nothing else.
func (e *evaluator) checkSteps(b *block, tr hcl.Traversal) bool {
	at := tr.SourceRange()
	rest := tr[2:]
	if b.multi {
		key, isName := stepName(rest[0])
		if !isName {
			return true // splats are HCL's business
		}
		if e.instances[instanceOf(b.address, cty.NormalizeString(key))] == nil {
			keys := b.keys()
			e.fail(at, "Unknown instance", fmt.Sprintf("%s has no instance %s%s", b.address, quoteHCL(key), ending(e.keyList(key, keys))))
			return false
		}
		if rest = rest[1:]; len(rest) == 0 {
			return true
		}
	} else if _, isName := stepName(rest[0]); !isName {
		return true
	}
	name, _ := stepName(rest[0])
	detail := fmt.Sprintf("%s is a model in an expression: it has no part %q.", b.address, name)
	if name == "winner" || name == "epochs" {
		detail += " Only choose and train blocks have one."
	}
	e.fail(at, "Model without parts", detail)
	return false
}

func (b *block) keys() []string {
	var keys []string
	for _, in := range b.instances {
		keys = append(keys, in.key)
	}
	return keys
}

func (e *evaluator) bindEach(b *bindings, tr hcl.Traversal, s *scope) bool {
	b.roots["each"] = cty.DynamicVal
	if s.each == nil || !s.each.block.multi {
		e.fail(tr.SourceRange(), "each outside for_each", "each.key and each.value exist in blocks with a for_each.")
		return false
	}
	b.roots["each"] = cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(s.each.key), "value": s.each.value})
	if len(tr) > 1 {
		if name, isName := stepName(tr[1]); isName && name != "key" && name != "value" {
			e.fail(tr.SourceRange(), "Unknown reference", fmt.Sprintf("each has key and value, no %q%s", name, ending(didYouMean(name, []string{"key", "value"}))))
			b.roots["each"] = cty.DynamicVal
			return false
		}
	}
	return true
}

// laterSymbol gives the block type behind a symbol that this version knows
// but cannot evaluate.
func (e *evaluator) laterSymbol(root string) string {
	for _, kind := range sortedKeys(blockTypes) {
		if blockTypes[kind].later != "" && symbolOf(kind) == root {
			return kind
		}
	}
	return ""
}

// checkLater reports references to such blocks where they are not declared:
// where they are, their declaration was reported.
func (e *evaluator) checkLater(tr hcl.Traversal) bool {
	root := tr.RootName()
	kind := e.laterSymbol(root)
	if len(tr) > 1 {
		if name, isName := stepName(tr[1]); isName {
			if len(e.blocks[kind]) > 0 {
				if e.blocks[kind][cty.NormalizeString(name)] == nil {
					e.unknownName(root, name, tr, sortedKeys(e.blocks[kind]))
				}
				return false
			}
		}
	}
	if len(e.blocks[kind]) == 0 {
		e.fail(tr.SourceRange(), "Not available yet", fmt.Sprintf("This version has no %s blocks, to which %s would refer.", kind, root))
	}
	return false
}

// stepName gives the name a traversal step asks for.
func stepName(step hcl.Traverser) (string, bool) {
	switch t := step.(type) {
	case hcl.TraverseAttr:
		return t.Name, true
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String {
			return t.Key.AsString(), true
		}
		if t.Key.Type() == cty.Number && checkNumber(t.Key) == nil {
			return t.Key.AsBigFloat().Text('f', -1), true
		}
	}
	return "", false
}

// unknownRoot reports a name that is no block type.
func (e *evaluator) unknownRoot(tr hcl.Traversal) {
	name := tr.RootName()
	at := tr.SourceRange()
	if len(name) > 2*maxLabel {
		e.fail(at, "Unknown reference", fmt.Sprintf("There is no %q.", shorten(name, 60)))
		return
	}
	if fix := e.minusFix(name); fix != "" {
		e.fail(at, "Unknown reference", fmt.Sprintf("%s is one name in HCL, which allows - in names: write %s.", name, fix))
		return
	}
	if places := e.labelled(name); len(places) > 0 {
		e.fail(at, "Unknown reference", fmt.Sprintf("There is no %q: write %s.", name, orJoin(places)))
		return
	}
	labels := sortedKeys(e.locals)
	for _, kind := range pourableTypes {
		labels = append(labels, sortedKeys(e.blocks[kind])...)
	}
	suggestion := didYouMean(name, append([]string{"each", "local"}, pourableTypes...))
	if suggestion == "" {
		if label := e.nearest(name, labels); label != "" {
			suggestion = "; did you mean " + orJoin(e.labelled(label)) + "?"
		}
	}
	if suggestion == "" {
		suggestion = ": models are written model.NAME, vodka.NAME or cocktail.NAME, other values local.NAME."
	}
	e.fail(at, "Unknown reference", fmt.Sprintf("There is no %q%s", name, suggestion))
}

// unknownName reports ROOT.name where there is no such block.
func (e *evaluator) unknownName(root, name string, tr hcl.Traversal, candidates []string) {
	at := tr.SourceRange()
	written := addressOf(root, name)
	// A label with a dot was taken apart: model.sd-1.5 is sd-1, element 5.
	if len(tr) > 2 {
		if next, isName := stepName(tr[2]); isName && slices.Contains(candidates, name+"."+next) {
			e.fail(at, "Unknown reference", fmt.Sprintf("HCL reads %s.%s.%s as a part of %s: write %s.", root, name, next, written, addressOf(root, name+"."+next)))
			return
		}
	}
	if i := strings.Index(name, "-"); i > 0 && slices.Contains(candidates, name[:i]) {
		fix := fmt.Sprintf("%s - %s", addressOf(root, name[:i]), restOf(name[i+1:], tr, root))
		e.fail(at, "Unknown reference", fmt.Sprintf("%s is one name in HCL, which allows - in names: write %s.", written, fix))
		return
	}
	var elsewhere []string
	for _, place := range e.labelled(name) {
		if !strings.HasPrefix(place, root+".") && !strings.HasPrefix(place, root+"[") {
			elsewhere = append(elsewhere, place)
		}
	}
	if len(elsewhere) > 0 {
		e.fail(at, "Unknown reference", fmt.Sprintf("There is no %s; did you mean %s?", written, orJoin(elsewhere)))
		return
	}
	var suggestion string
	if near := e.nearest(name, candidates); near != "" {
		suggestion = fmt.Sprintf("; did you mean %s?", addressOf(root, near))
	}
	e.fail(at, "Unknown reference", fmt.Sprintf("There is no %s%s", written, ending(suggestion)))
}

// restOf writes what stands after the minus in model.V3-model.V1 or
// model.V3-V1.
func restOf(name string, tr hcl.Traversal, root string) string {
	text := name
	if len(tr) > 2 {
		if next, isName := stepName(tr[2]); isName {
			return string(addressOf(text, next))
		}
	}
	if hclsyntax.ValidIdentifier(text) {
		return string(addressOf(root, text))
	}
	return text
}

// minusFix takes v3-v1 apart if its pieces are known.
func (e *evaluator) minusFix(name string) string {
	pieces := strings.Split(name, "-")
	if len(pieces) < 2 {
		return ""
	}
	for i, piece := range pieces {
		switch places := e.labelled(piece); {
		case len(places) > 0:
			pieces[i] = places[0]
		case piece == "" || i == 0:
			return ""
		}
	}
	return strings.Join(pieces, " - ")
}

// labelled lists the addresses of locals and pourable blocks with a label.
func (e *evaluator) labelled(label string) []string {
	var places []string
	for _, kind := range append([]string{"choose"}, pourableTypes...) {
		if b := e.blocks[kind][cty.NormalizeString(label)]; b != nil {
			address := string(b.address)
			if kind == "choose" {
				address += ".winner"
			}
			places = append(places, address)
		}
	}
	if e.locals[label] != nil {
		places = append(places, "local."+label)
	}
	return places
}

func orJoin(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
