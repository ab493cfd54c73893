package ops

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/lang"
	"cosmo/lang/lockfile"
	"cosmo/ops/checkpoint"
	"cosmo/ops/ingredient"
	"cosmo/ops/mix"
	"cosmo/ops/pour"
	"cosmo/ops/release"
	"cosmo/ops/source"
)

// versions of the ops that the lock records.
var versions = map[string]int{
	ingredient.FileKind:  ingredient.FileVersion,
	ingredient.SynthKind: ingredient.SynthVersion,
	pour.Kind:            mix.Version,
}

// compiler turns a checked recipe into the flat table of ops.
type compiler struct {
	recipe *lang.Recipe
	lock   *lockfile.Lock
	graph  engine.Graph
	models map[lang.Address]*lang.Model
	mixes  map[lang.Address]*lang.Mix
	ops    map[lang.Address]int // models already in the table
	diags  hcl.Diagnostics
}

func compile(r *lang.Recipe, lock *lockfile.Lock, goals []lang.Address) (*engine.Graph, hcl.Diagnostics) {
	c := &compiler{recipe: r, lock: lock, models: map[lang.Address]*lang.Model{}, mixes: map[lang.Address]*lang.Mix{}, ops: map[lang.Address]int{}}
	for _, m := range r.Models {
		c.models[m.Address] = m
	}
	for _, m := range r.Mixes {
		c.mixes[m.Address] = m
	}
	c.checkVersions()
	for _, g := range goals {
		c.goal(g)
	}
	return &c.graph, c.diags
}

func (c *compiler) checkVersions() {
	for _, kind := range sortedKeys(c.lock.Ops) {
		if have, ok := versions[kind]; ok && c.lock.Ops[kind] != have {
			c.fault(nil, "Locked to another version of an op",
				"The lock was made with version %d of %q and this program makes version %d, whose bits differ. Use the program that made the lock, or take the new bits with `cosmo lock --upgrade`: the outputs will have other digests.",
				c.lock.Ops[kind], kind, have)
		}
	}
}

func (c *compiler) fault(rng *hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: rng})
}

func (c *compiler) goal(a lang.Address) {
	if m := c.models[a]; m != nil {
		if i := c.model(m); i >= 0 {
			c.graph.Ops[i].Goal = true
		}
		return
	}
	if m := c.mixes[a]; m != nil {
		c.pour(a, m.Form, m.First, m.Pour, m.Range, nil)
		return
	}
	for _, rel := range c.recipe.Releases {
		if rel.Address == a {
			c.pour(a, rel.Form, rel.First, rel.Pour, rel.Range, rel)
		}
	}
}

// label is what a release's file will say of itself, as far as the recipe goes.
func (c *compiler) label(rel *lang.Release, d *pour.Data) *release.Label {
	l := &release.Label{
		Name: rel.Address.Name(), Title: firstOf(rel.Title, rel.Address.Name()), Description: firstOf(rel.Description, c.recipe.Description),
		Author: rel.Author, License: firstOf(rel.License, c.recipe.License),
		Form: d.Main, VAE: d.VAE, CLIP: d.CLIP, First: d.First, DType: d.DType, ExtraKeys: d.ExtraKeys,
		AnyMass: rel.Pour.AnyMass, AllowNonfinite: d.AllowNonfinite, Complete: d.Complete, EmbedRecipe: rel.EmbedRecipe,
	}
	for _, leaf := range d.Leaves {
		i := release.Ingredient{Address: leaf}
		if m := c.models[leaf]; source.Public(m.Source) {
			i.Source = m.Source
		}
		l.Ingredients = append(l.Ingredients, i)
	}
	slices.SortFunc(l.Ingredients, func(a, b release.Ingredient) int { return strings.Compare(a.Address.Name(), b.Address.Name()) })
	return l
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// pour adds a mix or a release, and the models it needs. rel is nil for a mix.
func (c *compiler) pour(a lang.Address, form *lang.Form, first lang.Address, p lang.Pour, rng hcl.Range, rel *lang.Release) {
	d := &pour.Data{
		Main: form, VAE: p.VAE, CLIP: p.CLIP, First: first, ExtraKeys: p.ExtraKeys,
		Complete: p.Complete, AllowNonfinite: p.AllowNonfinite,
	}
	for _, f := range []*lang.Form{d.Main, d.VAE, d.CLIP} {
		if f != nil {
			d.Leaves = append(d.Leaves, f.Leaves()...)
		}
	}
	// By name, as the recipe on the label has them.
	slices.SortFunc(d.Leaves, func(a, b lang.Address) int {
		return cmp.Or(strings.Compare(a.Name(), b.Name()), strings.Compare(string(a), string(b)))
	})
	d.Leaves = slices.Compact(d.Leaves)
	for comp, name := range p.DType {
		t, err := checkpoint.ParseDType(name)
		if err != nil {
			c.fault(&rng, "Unknown dtype", "%v", err)
			return
		}
		if d.DType == nil {
			d.DType = map[string]checkpoint.DType{}
		}
		d.DType[comp] = t
	}
	op := engine.Op{Address: string(a), Kind: pour.Kind, Version: mix.Version, Range: rangeOf(rng), Goal: true, Data: d}
	if rel != nil {
		d.Label, d.Place, op.ByFile = c.label(rel, d), placeOf(c.recipe, rel), true
	}
	op.Params = d.Params()
	for _, l := range d.Leaves {
		i := c.model(c.models[l])
		if i < 0 {
			return
		}
		op.Inputs = append(op.Inputs, engine.Edge{From: i, Role: d.Role(l)})
	}
	if out, ok := c.lock.Outputs[string(a)]; ok {
		op.Pin = c.pin(a, out.Key, out.Root, out.SHA256)
	}
	c.graph.Ops = append(c.graph.Ops, op)
}

// model adds an ingredient once and returns its index, -1 after an error.
func (c *compiler) model(m *lang.Model) int {
	if i, ok := c.ops[m.Address]; ok {
		return i
	}
	c.ops[m.Address] = -1
	op := engine.Op{Address: string(m.Address), Range: rangeOf(m.SourceRange), Pin: &engine.Pin{}}
	if src, ok := c.lock.Sources[string(m.Address)]; ok && src.From == m.Source {
		op.Pin = c.pin(m.Address, "", src.Root, src.SHA256)
		op.Pin.Size = src.Size
	}
	if !c.recipePins(m, &op) {
		return -1
	}
	if strings.HasPrefix(m.Source, "synth:") {
		y, err := source.ParseSynth(m.Source)
		if err != nil {
			c.fault(&m.SourceRange, "Malformed source", "%v", err)
			return -1
		}
		op.Kind, op.Version, op.Params = ingredient.SynthKind, ingredient.SynthVersion, ingredient.SynthParams(y)
		op.Data = &ingredient.SynthData{Synth: y}
	} else {
		path, err := pathOf(c.recipe, m)
		if err != nil {
			c.fault(&m.SourceRange, "Source not available", "%v", err)
			return -1
		}
		op.Kind, op.Version = ingredient.FileKind, ingredient.FileVersion
		op.Data = &ingredient.FileData{Path: path}
	}
	c.graph.Ops = append(c.graph.Ops, op)
	c.ops[m.Address] = len(c.graph.Ops) - 1
	return c.ops[m.Address]
}

// recipePins adds what the recipe itself pins of a model to what the lock does.
func (c *compiler) recipePins(m *lang.Model, op *engine.Op) bool {
	for _, p := range []struct {
		what, text string
		pin        *digest.Sum
	}{{"sha256", m.SHA256, &op.Pin.SHA256}, {"root", m.Root, &op.Pin.Root}} {
		if p.text == "" {
			continue
		}
		sum, err := digest.Parse(p.text)
		switch {
		case err != nil:
			c.fault(&m.SourceRange, "Malformed "+p.what, "%v", err)
			return false
		case !p.pin.IsZero() && *p.pin != sum:
			c.fault(&m.SourceRange, "Recipe and lock disagree",
				"The recipe wants the %s %s of %s and the lock has %s. Correct the recipe, or pin the new file with `cosmo lock --upgrade %s`.", p.what, sum.Hex(), m.Address, p.pin.Hex(), m.Address)
			return false
		}
		*p.pin = sum
	}
	if pinned := op.Pin.SHA256; m.AutoV2 != "" && !pinned.IsZero() && pinned.Short() != m.AutoV2 {
		c.fault(&m.SourceRange, "Recipe and lock disagree",
			"The recipe wants a file whose AutoV2 is %s for %s and the lock has %s. Correct the recipe, or pin the new file with `cosmo lock --upgrade %s`.", m.AutoV2, m.Address, pinned.Hex(), m.Address)
		return false
	}
	op.Pin.AutoV2 = m.AutoV2
	return true
}

// pin reads digests of the lock; the lock's reader has checked their form.
func (c *compiler) pin(a lang.Address, key, root, sha string) *engine.Pin {
	p := &engine.Pin{}
	for text, into := range map[string]*digest.Sum{key: &p.Key, root: &p.Root, sha: &p.SHA256} {
		if text == "" {
			continue
		}
		sum, err := digest.Parse(text)
		if err != nil {
			c.fault(nil, "Malformed lock", "%s: %v", a, err)
		}
		*into = sum
	}
	return p
}

func rangeOf(r hcl.Range) engine.Range {
	return engine.Range{
		File: r.Filename, Line: r.Start.Line, Column: r.Start.Column, EndLine: r.End.Line, EndColumn: r.End.Column,
		StartByte: r.Start.Byte, EndByte: r.End.Byte,
	}
}

// HCLRange is an op's place in the recipe, for diagnostics.
func HCLRange(r engine.Range) *hcl.Range {
	if r.File == "" {
		return nil
	}
	return &hcl.Range{
		Filename: r.File,
		Start:    hcl.Pos{Line: r.Line, Column: r.Column, Byte: r.StartByte},
		End:      hcl.Pos{Line: r.EndLine, Column: r.EndColumn, Byte: r.EndByte},
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
