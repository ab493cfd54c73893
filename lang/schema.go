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
	any        bool   // any attribute: locals
	symbol     string // how expressions call it, if not by its name
	later      bool   // known to the language, not available in this version
	pourable   bool   // expressions can mix it
}

var pourAttributes = []string{"allow_nonfinite", "any_mass", "clip", "complete", "dtype", "extra_keys", "for_each", "vae"}

var blockTypes = map[string]blockType{
	"recipe":   {labels: 1, attributes: []string{"description", "license"}},
	"model":    {labels: 1, attributes: []string{"autov2", "for_each", "license", "sha256", "source"}, pourable: true},
	"vodka":    {labels: 1, attributes: append([]string{"formula", "mix", "of", "weights", "with"}, pourAttributes...), pourable: true},
	"cocktail": {labels: 1, attributes: append([]string{"formula", "mix", "of", "weights", "with"}, pourAttributes...), pourable: true},
	"release":  {labels: 1, attributes: append([]string{"author", "description", "embed_recipe", "file", "license", "model", "title"}, pourAttributes...)},
	"locals":   {any: true},
	"variable": {labels: 1, symbol: "var", later: true},
	"dataset":  {labels: 1, later: true},
	"train":    {labels: 1, later: true},
	"grid":     {labels: 1, later: true},
	"choose":   {labels: 1, later: true},
	"lora":     {labels: 1, later: true},
	"check":    {labels: 1, later: true},
}

// attributes of the language that this version does not have.
var laterAttributes = map[string][]string{
	"model":    {"count", "output", "recipe"},
	"vodka":    {"count"},
	"cocktail": {"count"},
	"release":  {"count"},
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
		e.fail(hb.TypeRange, "Unknown block type", fmt.Sprintf("There is no block type %q%s", hb.Type, ending(didYouMean(hb.Type, sortedKeys(blockTypes)))))
		return
	}
	header := hcl.RangeBetween(hb.TypeRange, hb.TypeRange)
	if n := len(hb.LabelRanges); n > 0 {
		header = hcl.RangeBetween(hb.TypeRange, hb.LabelRanges[n-1])
	}
	if len(hb.Labels) != bt.labels {
		e.fail(header, "Wrong number of labels", labelsMessage(hb.Type, bt.labels, len(hb.Labels)))
		return
	}
	if e.count++; e.count > maxBlocks {
		if e.count == maxBlocks+1 {
			e.fail(header, "Recipe too large", "A recipe has at most 10,000 blocks and locals.")
		}
		return
	}
	if hb.Type == "locals" {
		e.declareLocals(hb)
		return
	}
	b := &block{kind: hb.Type, label: cty.NormalizeString(hb.Labels[0]), body: hb.Body, header: header}
	b.address = addressOf(symbolOf(b.kind), b.label)
	b.expansion.name = string(b.address)
	if problem := badLabel(b.label); problem != "" {
		e.fail(hb.LabelRanges[0], "Label not usable", fmt.Sprintf("The label %s %s.", quoteHCL(shorten(b.label, 40)), problem))
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
	if bt.later {
		e.fail(header, "Not available yet", fmt.Sprintf("%s: the %s block is not available in this version.", b.address, b.kind))
		return
	}
	e.checkAttributes(b, bt)
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
			e.fail(attr.NameRange, "Local declared twice", fmt.Sprintf("local.%s was declared at %s already.", attr.Name, position(other.attr.NameRange)))
			continue
		}
		if e.count++; e.count > maxBlocks {
			if e.count == maxBlocks+1 {
				e.fail(attr.NameRange, "Recipe too large", "A recipe has at most 10,000 blocks and locals.")
			}
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
	for _, attr := range sortedAttributes(b.body) {
		switch {
		case slices.Contains(bt.attributes, attr.Name):
		case slices.Contains(laterAttributes[b.kind], attr.Name):
			b.broken = true
			e.fail(attr.NameRange, "Not available yet", fmt.Sprintf("%s { %s = … } is not available in this version.", b.kind, attr.Name))
		default:
			e.fail(attr.NameRange, "Unknown attribute", fmt.Sprintf("%s has no attribute %q%s", b.kind, attr.Name, ending(didYouMean(attr.Name, bt.attributes))))
		}
	}
	for _, inner := range b.body.Blocks {
		detail := fmt.Sprintf("%s holds attributes only, no blocks.", b.kind)
		if slices.Contains(bt.attributes, inner.Type) {
			detail += fmt.Sprintf(" Write %s = { … }.", inner.Type)
		}
		e.fail(inner.TypeRange, "Unexpected block", detail)
	}
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
