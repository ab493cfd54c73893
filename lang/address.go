package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Address is how a block instance is written: model.V1, vodka.mix1,
// cocktail.merged["2.2"], release.cosmopolitan; vodka["512"] where a label is
// not an identifier.
type Address string

// Parts takes an address apart: the block's type, its label, and the key of
// the instance, "" if the block has no for_each. An address that this package
// did not make may give three empty texts.
func (a Address) Parts() (kind, label, key string) {
	steps, diags := hclsyntax.ParseTraversalAbs([]byte(a), "", hcl.InitialPos)
	if diags.HasErrors() || len(steps) < 2 {
		return "", "", ""
	}
	label, _ = stepName(steps[1])
	if len(steps) > 2 {
		key, _ = stepName(steps[2])
	}
	return steps.RootName(), label, key
}

// Name is the part of an address that tells it from others of its type: mix1,
// or "merged 2.2" where for_each made several.
func (a Address) Name() string {
	_, label, key := a.Parts()
	if key != "" {
		return label + " " + key
	}
	return label
}

// addressOf writes the address of a block.
func addressOf(kind, label string) Address {
	if hclsyntax.ValidIdentifier(label) {
		return Address(kind + "." + label)
	}
	return Address(kind + "[" + quoteHCL(label) + "]")
}

// instanceOf writes the address of an instance of a block with for_each.
func instanceOf(block Address, key string) Address {
	return block + Address("["+quoteHCL(key)+"]")
}

// Quote writes text as an HCL string literal.
func Quote(text string) string { return quoteHCL(text) }
