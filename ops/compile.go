package ops

import (
	"fmt"
	"path/filepath"
	"sort"
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
				"The lock was made with version %d of %q and this program makes version %d, whose bits differ. Use the program that made the lock, or run `cosmo lock --upgrade`.",
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
		c.pour(a, m.Form, m.First(), m.Pour, m.Range, nil)
		return
	}
	for _, rel := range c.recipe.Releases {
		if rel.Address != a {
			continue
		}
		label := &pour.Label{
			Title: firstOf(rel.Title, title(rel.Address)), Description: firstOf(rel.Description, c.recipe.Description),
			Author: rel.Author, License: firstOf(rel.License, c.recipe.License), EmbedRecipe: rel.EmbedRecipe,
		}
		first := rel.Of
		if m := c.mixes[rel.Of]; m != nil {
			label.Written, first = m.Text, m.First()
		} else {
			label.Written = string(rel.Of)
		}
		c.pour(a, rel.Form, first, rel.Pour, rel.Range, label)
	}
}

// title is an address's label: release.cosmopolitan is "cosmopolitan".
func title(a lang.Address) string {
	_, name, _ := strings.Cut(string(a), ".")
	return name
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// pour adds a mix or a release, and the models it needs.
func (c *compiler) pour(a lang.Address, form *lang.Form, first lang.Address, p lang.Pour, rng hcl.Range, label *pour.Label) {
	d := &pour.Data{Main: form, VAE: p.VAE, CLIP: p.CLIP, First: first, ExtraKeys: p.ExtraKeys, Label: label}
	used := map[lang.Address]bool{}
	for _, f := range []*lang.Form{d.Main, d.VAE, d.CLIP} {
		if f == nil {
			continue
		}
		for _, t := range f.Terms {
			used[t.Leaf] = true
		}
	}
	for l := range used {
		d.Leaves = append(d.Leaves, l)
	}
	sort.Slice(d.Leaves, func(i, j int) bool { return d.Leaves[i] < d.Leaves[j] })
	if !used[d.First] { // its coefficient cancelled out
		d.First = d.Leaves[0]
	}
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
	op := engine.Op{Address: string(a), Kind: pour.Kind, Version: mix.Version, Params: d.Params(), Range: rangeOf(rng), Goal: true, Data: d}
	for _, l := range d.Leaves {
		i := c.model(c.models[l])
		if i < 0 {
			return
		}
		op.Inputs = append(op.Inputs, engine.Edge{From: i, Role: d.Role(l)})
	}
	if out, ok := c.lock.Outputs[string(a)]; ok {
		op.Pin = c.pin(a, out.Key, out.Root, "")
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
	if m.SHA256 != "" {
		sum, err := digest.Parse(strings.ToLower(m.SHA256))
		switch {
		case err != nil:
			c.fault(&m.SourceRange, "Malformed sha256", "%v", err)
			return -1
		case !op.Pin.SHA256.IsZero() && op.Pin.SHA256 != sum:
			c.fault(&m.SourceRange, "Recipe and lock disagree",
				"The recipe wants sha256 %s of %s and the lock has %s. Correct the recipe, or remove the lock's entry to pin the new file.", sum.Hex(), m.Address, op.Pin.SHA256.Hex())
			return -1
		}
		op.Pin.SHA256 = sum
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
		path, err := source.LocalPath(m.Source)
		if err != nil {
			c.fault(&m.SourceRange, "Source not available", "%v", err)
			return -1
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(c.recipe.Dir, path)
		}
		op.Kind, op.Version = ingredient.FileKind, ingredient.FileVersion
		op.Data = &ingredient.FileData{Path: path}
	}
	c.graph.Ops = append(c.graph.Ops, op)
	c.ops[m.Address] = len(c.graph.Ops) - 1
	return c.ops[m.Address]
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
	sort.Strings(keys)
	return keys
}
