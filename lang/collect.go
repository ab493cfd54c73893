package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// collect fills the recipe with what is sound.
func (e *evaluator) collect() {
	r := e.recipe
	files := map[string]*Release{}
	for _, b := range e.order {
		if b.kind == "recipe" {
			continue
		}
		r.blocks[b.address] = nil // known, even without instances
		for _, in := range b.instances {
			r.blocks[b.address] = append(r.blocks[b.address], in.address)
			sound := in.read.state == taskDone && (in.mix == nil || in.flat.state == taskDone)
			if !sound || in.unsound {
				r.failures[in.address] = true
				continue
			}
			switch b.kind {
			case "model":
				r.Models = append(r.Models, in.model)
			case "choose":
				r.Choices = append(r.Choices, in.choice)
			case KindVodka, KindCocktail:
				r.Mixes = append(r.Mixes, &Mix{
					Address: in.address, Kind: b.kind, Form: in.form, Direct: in.mix.form, Text: in.mix.form.text(in.mix.order),
					First: in.first(), Pour: in.pour.Pour, Range: b.header, MixRange: in.mixRange, uses: in.uses(),
				})
			case "release":
				e.collectRelease(in, files)
			}
		}
		if b.expansion.state != taskDone || b.broken {
			r.failures[b.address] = true
		}
	}
	slices.SortFunc(r.Models, func(a, b *Model) int { return cmp.Compare(a.Address, b.Address) })
	slices.SortFunc(r.Mixes, func(a, b *Mix) int { return cmp.Compare(a.Address, b.Address) })
	slices.SortFunc(r.Choices, func(a, b *Choice) int { return cmp.Compare(a.Address, b.Address) })
	slices.SortFunc(r.Releases, func(a, b *Release) int { return cmp.Compare(a.Address, b.Address) })
}

func (e *evaluator) collectRelease(in *instance, files map[string]*Release) {
	rel := in.release
	if other := files[cleanFile(rel.File)]; other != nil {
		e.recipe.failures[in.address] = true
		e.fail(rel.FileRange, "Two releases in one file", fmt.Sprintf("%s and %s are both written to %s: give one of them another file.", other.Address, rel.Address, rel.File))
		return
	}
	files[cleanFile(rel.File)] = rel
	rel.Of, _ = in.mix.single()
	rel.Form, rel.Direct, rel.Text, rel.First, rel.Pour = in.form, in.mix.form, in.mix.form.text(in.mix.order), in.first(), in.pour.Pour
	e.recipe.Releases = append(e.recipe.Releases, rel)
}

// uses lists what an instance is made of.
func (in *instance) uses() []Address {
	uses := in.mix.form.Leaves()
	for _, part := range []*quantity{in.pour.vae, in.pour.clip} {
		if part != nil {
			uses = append(uses, part.form.Leaves()...)
		}
	}
	return uses
}

// Goals says what to make. Without addresses: all releases, or, in a recipe
// without any, every vodka and cocktail that nothing else uses. An address
// names an instance or a whole block with for_each. all asks for every release
// and every mix. The result is sorted, each address once.
func (r *Recipe) Goals(addresses []string, all bool) ([]Address, hcl.Diagnostics) {
	var goals []Address
	var diags hcl.Diagnostics
	for _, rel := range r.Releases {
		if all || len(addresses) == 0 {
			goals = append(goals, rel.Address)
		}
	}
	if releases := len(r.Releases); all || len(addresses) == 0 && releases == 0 {
		used := map[Address]bool{}
		for _, m := range r.Mixes {
			for _, leaf := range m.uses {
				used[leaf] = !all
			}
		}
		for _, m := range r.Mixes {
			if !used[m.Address] {
				goals = append(goals, m.Address)
			}
		}
	}
	for _, text := range addresses {
		found, diag := r.goal(text)
		goals = append(goals, found...)
		if diag != nil {
			diags = append(diags, diag)
		}
	}
	slices.Sort(goals)
	return slices.Compact(goals), diags
}

// goal resolves one address as it was typed, quotes or not: a shell eats them.
func (r *Recipe) goal(text string) ([]Address, *hcl.Diagnostic) {
	trouble := func(summary, detail string) ([]Address, *hcl.Diagnostic) {
		return nil, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
	}
	address, block, others := r.find(text)
	instances := []Address{address}
	if address == block {
		instances = r.blocks[block]
	}
	kind, _, _ := address.Parts()
	if kind == "choose" { // what was chosen
		var chosen []Address
		for _, c := range r.Choices {
			if slices.Contains(instances, c.Address) {
				chosen = append(chosen, c.Winner.Address)
			}
		}
		if !r.failures[block] && len(chosen) == len(instances) && len(chosen) > 0 {
			instances, address = chosen, chosen[0]
			kind, _, _ = address.Parts()
		}
	}
	switch {
	case strings.TrimSpace(text) == "":
		return trouble("Unknown address", "An address is empty: name a vodka, a cocktail or a release, as in vodka.mix1.")
	case address == "":
		return trouble("Unknown address", fmt.Sprintf("The recipe has no %s%s", shorten(text, 60), ending(suggestAddress(text, others))))
	case kind == "model":
		return trouble("Nothing to make", fmt.Sprintf("%s is an ingredient: it is there already. Name a vodka, a cocktail or a release.", address))
	case r.failures[block] || slices.ContainsFunc(instances, func(a Address) bool { return r.failures[a] }):
		return trouble("Goal not sound", fmt.Sprintf("%s has an error.", address))
	case len(instances) == 0:
		return trouble("Nothing to make", fmt.Sprintf("%s makes no instances: its for_each is empty, or its count 0.", address))
	}
	return instances, nil
}

// find gives what an address names, a block or one instance, and the block it
// belongs to; without one, all addresses.
func (r *Recipe) find(text string) (address, block Address, others []Address) {
	for _, b := range sortedKeys(r.blocks) {
		for _, a := range append([]Address{b}, r.blocks[b]...) {
			switch {
			case string(a) == text:
				return a, b, nil
			case address == "" && (plainAddress(string(a)) == plainAddress(text) || sameParts(a, Address(text))):
				address, block = a, b
			}
			others = append(others, a)
		}
	}
	return address, block, others
}

// sameParts: vodka["mix1"] is another spelling of vodka.mix1.
func sameParts(a, b Address) bool {
	kind, label, key := a.Parts()
	otherKind, otherLabel, otherKey := b.Parts()
	return kind == otherKind && label == otherLabel && key == otherKey
}

// suggestAddress ends a sentence: with what has the label alone, otherwise with
// what is spelled much the same.
func suggestAddress(text string, addresses []Address) string {
	var same, all []string
	for _, a := range addresses {
		if _, label, key := a.Parts(); label == text && key == "" && !slices.Contains(same, string(a)) {
			same = append(same, string(a))
		}
		all = append(all, string(a))
	}
	if len(same) > 0 {
		return "; did you mean " + orJoin(same) + "?"
	}
	return didYouMean(text, all)
}

// plainAddress leaves out what a shell would have.
func plainAddress(address string) string {
	return strings.NewReplacer(`"`, "", "'", "", `\`, "", " ", "").Replace(address)
}
