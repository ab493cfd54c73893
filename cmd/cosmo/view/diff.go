package view

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"cosmo/lang"
	"cosmo/lang/diff"
)

// diffRow is a line about something that changed: what it is, its value before
// and after. Both views for people draw these.
type diffRow struct {
	sign     rune // + came, - went, ~ changed
	name     string
	old, new string // "": none
	indent   int
	percent  bool // old and new are shares
}

var signs = map[string]rune{diff.Added: '+', diff.Removed: '-', diff.Changed: '~'}

// shareRows lists shares: the largest first, by what they are now.
func diffShares(list []diff.Share, indent int) []diffRow {
	list = slices.Clone(list)
	weight := func(s *diff.Share) *big.Rat {
		if s.New.IsZero() {
			return s.Old.At("")
		}
		return s.New.At("")
	}
	slices.SortStableFunc(list, func(a, b diff.Share) int { return weight(&b).Cmp(weight(&a)) })
	var rows []diffRow
	for i := range list {
		s := &list[i]
		row := diffRow{sign: '~', name: s.Ingredient, indent: indent, percent: true}
		switch {
		case s.Old.IsZero():
			row.sign = '+'
		case s.New.IsZero():
			row.sign = '-'
		}
		if len(s.Runs) == 0 {
			row.old, row.new = shareText(s.Old), shareText(s.New)
			rows = append(rows, row)
			continue
		}
		row.new = "per block"
		rows = append(rows, row)
		for _, r := range s.Runs {
			rows = append(rows, diffRow{sign: ' ', name: r.Blocks, old: lang.PercentText(r.Old.At("")), new: lang.PercentText(r.New.At("")), indent: indent + 1, percent: true})
		}
	}
	return rows
}

// shareText is a scalar share, "" for none.
func shareText(c lang.Coef) string {
	if c.IsZero() {
		return ""
	}
	return lang.PercentText(c.At(""))
}

// diffOutput lists all that changed in an output.
func diffOutput(o *diff.Output) []diffRow {
	rows := diffShares(o.Shares, 0)
	for i := range rows {
		if o.How == diff.Added {
			rows[i].sign = ' ' // it is all new
		}
	}
	for _, k := range o.Components {
		row := diffRow{sign: '~', name: k.Name}
		switch {
		case !k.New:
			row.sign, row.new = '-', "its own again"
			rows = append(rows, row)
			continue
		case !k.Old:
			row.sign, row.new = '+', "from elsewhere"
		}
		rows = append(rows, row)
		rows = append(rows, diffShares(k.Shares, 1)...)
	}
	for _, in := range o.Reingredient {
		rows = append(rows, diffRow{sign: '~', name: in, new: "is another file"})
	}
	return append(rows, valueRows(o.Details)...)
}

func valueRows(list []diff.Value) []diffRow {
	var rows []diffRow
	for _, v := range list {
		rows = append(rows, valueRow(v))
	}
	return rows
}

func valueRow(v diff.Value) diffRow {
	row := diffRow{sign: '~', name: v.Name, old: v.Old, new: v.New}
	switch {
	case v.Old == "":
		row.sign = '+'
	case v.New == "":
		row.sign = '-'
	}
	return row
}

// outputTitle is what an output is called.
func outputTitle(o *diff.Output) string {
	title := o.Address
	if o.Was != "" {
		title = o.Was + " → " + title
	}
	return title
}

// ingredientRows lists what happened to an ingredient.
func ingredientRows(in *diff.Ingredient) []diffRow {
	row := diffRow{sign: signs[in.How], name: in.Address}
	switch in.How {
	case diff.Added:
		row.new = in.Source
	case diff.Removed:
		row.old = in.Source
	}
	rows := []diffRow{row}
	for _, v := range in.Details {
		r := valueRow(v)
		r.indent = 1
		switch {
		case v.Name == "source" && in.Moved:
			r.name = "moved"
		case v.Name == "sha256" || v.Name == "root":
			r.old, r.new = shortDigest(v.Old), shortDigest(v.New)
		}
		rows = append(rows, r)
	}
	return rows
}

// shortDigest is enough of a digest to tell two apart.
func shortDigest(hex string) string { return hex[:min(10, len(hex))] }

// againText says what an apply would do.
func againText(a *diff.Again) string {
	if a.Outputs+a.LabelsOnly == 0 {
		return "nothing"
	}
	var parts []string
	if a.Outputs > 0 {
		text := count(int64(a.Outputs), "output")
		if a.Write > 0 {
			text += fmt.Sprintf(", about %s to read and %s to write, in %s", Bytes(a.Read), Bytes(a.Write), Duration(float64(a.Write)/guessRate))
		}
		parts = append(parts, text)
	}
	if a.LabelsOnly > 0 {
		parts = append(parts, fmt.Sprintf("%s with the same tensors under another label", count(int64(a.LabelsOnly), "file")))
	}
	if n := len(a.Unknown); n > 0 {
		parts = append(parts, fmt.Sprintf("nobody knows yet how large %s %s", strings.Join(a.Unknown, ", "), plural(n, "is", "are")))
	}
	return strings.Join(parts, "; ")
}

// guessRate is how fast outputs are written, bytes a second; a run tells the
// real one.
const guessRate = 1.0e9
