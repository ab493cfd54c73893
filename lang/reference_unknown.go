package lang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// unknownRoot reports a name that is no block type.
func (e *evaluator) unknownRoot(tr hcl.Traversal) {
	name := tr.RootName()
	at := tr.SourceRange()
	if name == "count" {
		e.fail(at, "count outside count", "count.index exists in blocks with a count.")
		return
	}
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
	suggestion := didYouMean(name, append([]string{"each", "local", "var"}, pourableTypes...))
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
	if e.variables[label] != nil {
		places = append(places, "var."+label)
	}
	return places
}

func orJoin(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
