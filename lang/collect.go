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
			case KindVodka, KindCocktail:
				r.Mixes = append(r.Mixes, &Mix{
					Address: in.address, Kind: b.kind, Form: in.form, Direct: in.mix.form, Text: in.mix.form.text(in.mix.order),
					First: in.first(), Pour: in.pour.Pour, Range: b.header, MixRange: in.mixRange,
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
			for _, leaf := range m.Direct.Leaves() {
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
	var candidates []string
	for _, block := range sortedKeys(r.blocks) {
		for _, instance := range append([]Address{block}, r.blocks[block]...) {
			kind, _, _ := strings.Cut(strings.ReplaceAll(string(instance), "[", "."), ".")
			if kind == "recipe" {
				continue
			}
			candidates = append(candidates, string(instance))
			if plainAddress(string(instance)) != plainAddress(text) {
				continue
			}
			switch {
			case kind == "model":
				return trouble("Nothing to make", fmt.Sprintf("%s is an ingredient: it is there already. Name a vodka, a cocktail or a release.", instance))
			case r.failures[instance]:
				return trouble("Goal not sound", fmt.Sprintf("%s has an error.", instance))
			case instance == block:
				return r.blocks[block], nil
			}
			return []Address{instance}, nil
		}
	}
	return trouble("Unknown address", fmt.Sprintf("The recipe has no %s%s", shorten(text, 60), ending(didYouMean(text, candidates))))
}

// plainAddress leaves out what a shell would have.
func plainAddress(address string) string {
	return strings.NewReplacer(`"`, "", "'", "", `\`, "", " ", "").Replace(address)
}
