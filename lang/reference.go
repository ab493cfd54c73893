package lang

import (
	"fmt"
	"slices"
	"strconv"

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
	case root == "count" && s.each != nil && s.each.block.counted:
		return e.bindCount(b, tr, s)
	case root == "local" || root == "var" || root == "choose" || slices.Contains(pourableTypes, root):
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
	if root == "var" {
		for _, name := range sortedKeys(e.variables) {
			v := cty.DynamicVal
			if e.variable(e.variables[name], at) {
				v = e.variables[name].value
			} else {
				ok = false
			}
			b.set(root, name, v)
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
	if root == "var" {
		v := e.variables[name]
		if v == nil {
			e.unknownName(root, name, tr, sortedKeys(e.variables))
			return cty.DynamicVal, false
		}
		if !e.variable(v, at) {
			return cty.DynamicVal, false
		}
		return v.value, true
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
	if b.kind == "choose" {
		return e.choiceValue(b, at)
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
	if b.counted {
		if len(b.instances) == 0 {
			return cty.ListValEmpty(quantityType)
		}
		var list []cty.Value
		for _, in := range b.instances {
			list = append(list, pourable(in.address).value())
		}
		return cty.ListVal(list)
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
	address := b.address
	if b.multi {
		key, isName := stepName(rest[0])
		if !isName {
			return true // splats are HCL's business
		}
		if e.instances[b.instance(cty.NormalizeString(key))] == nil {
			e.fail(at, "Unknown instance", fmt.Sprintf("%s has no instance %s%s", b.address, quoteHCL(key), ending(e.instanceList(b, key))))
			return false
		}
		address = b.instance(cty.NormalizeString(key))
		if rest = rest[1:]; len(rest) == 0 {
			return true
		}
	} else if _, isName := stepName(rest[0]); !isName {
		return true
	}
	name, _ := stepName(rest[0])
	if b.kind == "choose" {
		return e.checkChoiceStep(address, name, at)
	}
	detail := fmt.Sprintf("%s is a model in an expression: it has no part %q.", b.address, name)
	if name == "winner" || name == "epochs" {
		detail += " Only choose and train blocks have one."
	}
	e.fail(at, "Model without parts", detail)
	return false
}

// instanceList ends a sentence with the instances that there are.
func (e *evaluator) instanceList(b *block, key string) string {
	if !b.counted {
		return e.keyList(key, b.keys())
	}
	if len(b.instances) == 0 {
		return ": its count is 0."
	}
	return fmt.Sprintf(": its count is %d, so they are %s to %s.", len(b.instances), b.instance("0"), b.instance(strconv.Itoa(len(b.instances)-1)))
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
	if s.each == nil || !s.each.block.multi || s.each.block.counted {
		detail := "each.key and each.value exist in blocks with a for_each."
		if s.each != nil && s.each.block.counted {
			detail += " In this one, which has a count, write count.index."
		}
		e.fail(tr.SourceRange(), "each outside for_each", detail)
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

func (e *evaluator) bindCount(b *bindings, tr hcl.Traversal, s *scope) bool {
	b.roots["count"] = cty.ObjectVal(map[string]cty.Value{"index": s.each.value})
	if len(tr) > 1 {
		if name, isName := stepName(tr[1]); isName && name != "index" {
			e.fail(tr.SourceRange(), "Unknown reference", fmt.Sprintf("count has an index, no %q: write count.index.", shorten(name, 60)))
			b.roots["count"] = cty.DynamicVal
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
