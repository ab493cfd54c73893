package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// blockType says what a block may hold.
type blockType struct {
	labels     int
	attributes []string
	inner      map[string][]string // the blocks in it, and their attributes
	symbol     string              // how expressions call it, if not by its name
	later      string              // known to the language, not available in this version: what to do instead
}

var pourAttributes = []string{"allow_nonfinite", "any_mass", "clip", "complete", "count", "dtype", "extra_keys", "for_each", "vae"}

var blockTypes = map[string]blockType{
	"recipe":   {labels: 1, attributes: []string{"description", "license"}},
	"model":    {labels: 1, attributes: []string{"autov2", "count", "for_each", "license", "root", "sha256", "source"}},
	"vodka":    {labels: 1, attributes: append([]string{"formula", "mix", "of", "weights", "with"}, pourAttributes...)},
	"cocktail": {labels: 1, attributes: append([]string{"formula", "mix", "of", "weights", "with"}, pourAttributes...)},
	"release":  {labels: 1, attributes: append([]string{"author", "description", "embed_recipe", "file", "license", "model", "title"}, pourAttributes...)},
	"locals":   {},
	"variable": {labels: 1, symbol: "var", attributes: []string{"default", "description", "nullable", "type"}, inner: map[string][]string{"validation": {"condition", "error_message"}}},
	"check":    {labels: 1, inner: map[string][]string{"assert": {"condition", "error_message"}}},
	"dataset":  {labels: 1, later: "choose the images with another program"},
	"train":    {labels: 1, later: "train with another program, and give each checkpoint a model block"},
	"grid":     {labels: 1, later: "render the models with another program"},
	"choose":   {labels: 1, attributes: []string{"because", "by", "count", "for_each", "from", "seen"}},
	"lora":     {labels: 1, later: "merge it into a checkpoint with another program, and give that a model block"},
}

// laterAttributes of the language are not available in this version: what to do
// instead. The first that stands in a block is reported.
var laterAttributes = map[string]string{
	"recipe": "apply that recipe, and write source = \"path/to/what/it/released.safetensors\"",
	"output": "it belongs to recipe; write source = \"path/to/the/file.safetensors\"",
}

// pourableTypes in the order in which messages list them.
var pourableTypes = []string{"model", "vodka", "cocktail"}

// symbolOf is the name that expressions use for a block type.
func symbolOf(kind string) string {
	if s := blockTypes[kind].symbol; s != "" {
		return s
	}
	return kind
}

// declare reads the headers and attribute names of all blocks.
func (e *evaluator) declare(bodies []*hclsyntax.Body) {
	for _, body := range bodies {
		for _, attr := range sortedAttributes(body) {
			e.fail(attr.NameRange, "Attribute outside a block",
				fmt.Sprintf("%s stands outside a block. A recipe holds blocks; a name for a value goes into locals { %s = … }.", attr.Name, attr.Name))
		}
		for _, hb := range body.Blocks {
			e.declareBlock(hb)
		}
	}
}

func (e *evaluator) declareBlock(hb *hclsyntax.Block) {
	bt, known := blockTypes[hb.Type]
	if !known {
		e.fail(hb.TypeRange, "Unknown block type", fmt.Sprintf("There is no block type %q%s", hb.Type, ending(orList(didYouMean(hb.Type, sortedKeys(blockTypes)), availableTypes()))))
		return
	}
	header := hcl.RangeBetween(hb.TypeRange, hb.TypeRange)
	if n := len(hb.LabelRanges); n > 0 {
		header = hcl.RangeBetween(hb.TypeRange, hb.LabelRanges[n-1])
	}
	if bt.later != "" {
		e.declareLater(hb, bt, header)
		return
	}
	if len(hb.Labels) != bt.labels {
		e.fail(header, "Wrong number of labels", labelsMessage(hb.Type, bt.labels, len(hb.Labels)))
		e.declareBroken(hb, header)
		return
	}
	if !e.room(header) {
		return
	}
	if hb.Type == "locals" {
		e.declareLocals(hb)
		return
	}
	switch hb.Type {
	case "variable":
		e.declareVariable(hb, header)
		return
	case "check":
		e.checks = append(e.checks, hb)
		e.checkAttributes(&block{kind: hb.Type, label: hb.Labels[0], body: hb.Body, header: header}, bt)
		return
	}
	b := &block{kind: hb.Type, label: cty.NormalizeString(hb.Labels[0]), body: hb.Body, header: header}
	b.address = addressOf(symbolOf(b.kind), b.label)
	b.expansion.name, b.expansion.each = string(b.address), true
	if problem := badLabel(b.label); problem != "" {
		e.fail(hb.LabelRanges[0], "Label not usable", fmt.Sprintf("The label %s %s.", quoteHCL(shorten(b.label, 40)), problem))
		e.declareBroken(hb, header)
		return
	}
	if other := e.blocks[b.kind][b.label]; other != nil {
		e.fail(header, "Block declared twice", fmt.Sprintf("%s was declared at %s already. Give one of them another label.", b.address, position(other.header)))
		return
	}
	if b.kind == "recipe" && len(e.order) > 0 {
		for _, other := range e.order {
			if other.kind == "recipe" {
				e.fail(header, "Second recipe block", fmt.Sprintf("The recipe was named at %s already. A recipe has one name.", position(other.header)))
				return
			}
		}
	}
	if e.blocks[b.kind] == nil {
		e.blocks[b.kind] = map[string]*block{}
	}
	e.blocks[b.kind][b.label] = b
	e.order = append(e.order, b)
	e.checkAttributes(b, bt)
}

// room counts blocks and locals.
func (e *evaluator) room(at hcl.Range) bool {
	if e.count++; e.count <= maxBlocks {
		return true
	}
	e.fail(at, "Recipe too large", "A recipe has at most 10,000 blocks and locals.")
	e.stopped = true
	return false
}

// declareBroken remembers the name of a block that was reported: what refers
// to it is silent.
func (e *evaluator) declareBroken(hb *hclsyntax.Block, header hcl.Range) {
	if len(hb.Labels) == 0 {
		return
	}
	if e.blocks[hb.Type] == nil {
		e.blocks[hb.Type] = map[string]*block{}
	}
	label := cty.NormalizeString(hb.Labels[0])
	b := &block{kind: hb.Type, label: label, address: addressOf(symbolOf(hb.Type), label), header: header}
	b.expansion.state = taskFailed
	e.blocks[hb.Type][label] = b
}

func availableTypes() []string {
	return slices.DeleteFunc(sortedKeys(blockTypes), func(kind string) bool { return blockTypes[kind].later != "" })
}

// declareLater reports a block of a later version.
func (e *evaluator) declareLater(hb *hclsyntax.Block, bt blockType, header hcl.Range) {
	e.declareBroken(hb, header)
	instead := bt.later
	if len(hb.Labels) > 0 && hclsyntax.ValidIdentifier(hb.Labels[0]) {
		instead = strings.ReplaceAll(instead, "NAME", shorten(hb.Labels[0], 60))
	}
	e.fail(header, "Not available yet", fmt.Sprintf("This version has no %s blocks yet; for now %s.", hb.Type, instead))
}

func labelsMessage(kind string, want, got int) string {
	switch {
	case want == 0:
		return fmt.Sprintf("%s takes no label: %s { … }.", kind, kind)
	case got == 0:
		return fmt.Sprintf("%s needs a label: %s \"name\" { … }.", kind, kind)
	}
	return fmt.Sprintf("%s takes one label, not %d: %s \"name\" { … }.", kind, got, kind)
}

func badLabel(label string) string {
	switch {
	case strings.TrimSpace(label) == "":
		return "is empty"
	case strings.TrimSpace(label) != label:
		return "begins or ends with a space"
	case len(label) > maxLabel:
		return "is longer than 200 bytes"
	case strings.ContainsFunc(label, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "holds a control character"
	}
	return ""
}

func (e *evaluator) declareLocals(hb *hclsyntax.Block) {
	for _, attr := range sortedAttributes(hb.Body) {
		if other := e.locals[attr.Name]; other != nil {
			e.fail(attr.NameRange, "Local declared twice", fmt.Sprintf("local.%s was declared at %s already. Keep one of them, or give one another name.", attr.Name, position(other.attr.NameRange)))
			continue
		}
		if !e.room(attr.NameRange) {
			return
		}
		l := &local{attr: attr}
		l.task.name = "local." + attr.Name
		e.locals[attr.Name] = l
		e.localOrder = append(e.localOrder, l)
	}
	for _, inner := range hb.Body.Blocks {
		e.fail(inner.TypeRange, "Unexpected block", "locals holds attributes only: name = value.")
	}
}

// checkAttributes reports what the block type does not know.
func (e *evaluator) checkAttributes(b *block, bt blockType) {
	later := false
	for _, attr := range sortedAttributes(b.body) {
		switch {
		case slices.Contains(bt.attributes, attr.Name):
		case isLaterAttribute(b.kind, attr.Name):
			if !later {
				e.fail(attr.NameRange, "Not available yet", fmt.Sprintf("This version has no %s in %s blocks yet; for now %s.", attr.Name, b.kind, laterAttributes[attr.Name]))
			}
			later, b.broken = true, true
		default:
			b.broken = true
			if near := Nearest(attr.Name, bt.attributes); near != "" {
				if b.misspelt == nil {
					b.misspelt = map[string]bool{}
				}
				b.misspelt[near] = true
			}
			e.fail(attr.NameRange, "Unknown attribute", fmt.Sprintf("%s has no attribute %q%s", b.kind, attr.Name, ending(orList(didYouMean(attr.Name, bt.attributes), slices.Sorted(slices.Values(bt.attributes))))))
		}
	}
	for _, inner := range b.body.Blocks {
		if attributes, known := bt.inner[inner.Type]; known {
			e.checkInner(b, inner, attributes)
			continue
		}
		b.broken = true
		detail := fmt.Sprintf("%s holds attributes only, no blocks.", b.kind)
		if len(bt.inner) > 0 {
			detail = fmt.Sprintf("%s has no block %q%s", b.kind, inner.Type, ending(orList(didYouMean(inner.Type, sortedKeys(bt.inner)), sortedKeys(bt.inner))))
		}
		if slices.Contains(bt.attributes, inner.Type) {
			detail += fmt.Sprintf(" Write %s = { … }.", inner.Type)
		}
		e.fail(inner.TypeRange, "Unexpected block", detail)
	}
}

// checkInner reports what a block within a block does not know.
func (e *evaluator) checkInner(b *block, inner *hclsyntax.Block, attributes []string) {
	if len(inner.Labels) > 0 {
		b.broken = true
		e.fail(inner.LabelRanges[0], "Wrong number of labels", labelsMessage(inner.Type, 0, len(inner.Labels)))
	}
	for _, attr := range sortedAttributes(inner.Body) {
		if !slices.Contains(attributes, attr.Name) {
			b.broken = true
			e.fail(attr.NameRange, "Unknown attribute", fmt.Sprintf("%s has no attribute %q%s", inner.Type, attr.Name, ending(orList(didYouMean(attr.Name, attributes), attributes))))
		}
	}
	for _, deeper := range inner.Body.Blocks {
		b.broken = true
		e.fail(deeper.TypeRange, "Unexpected block", fmt.Sprintf("%s holds attributes only, no blocks.", inner.Type))
	}
}

func isLaterAttribute(kind, name string) bool {
	return kind == "model" && laterAttributes[name] != ""
}

// ending turns what didYouMean gives into the end of a sentence.
func ending(suggestion string) string {
	if suggestion == "" {
		return "."
	}
	return suggestion
}

func position(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

// sortedAttributes lists a body's attributes as they stand in the file.
func sortedAttributes(body *hclsyntax.Body) []*hclsyntax.Attribute {
	attrs := make([]*hclsyntax.Attribute, 0, len(body.Attributes))
	for _, a := range body.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return attrs
}
