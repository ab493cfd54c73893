package view

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"cosmo/ops"
)

// shareBar is how many columns a whole glass takes.
const shareBar = 20

// Bottles implements Show.
func (h *Human) Bottles(list []ops.Bottle) {
	for i := range list {
		if i > 0 {
			h.printf("\n")
		}
		h.bottle(&list[i])
	}
	if len(list) == 0 {
		h.printf("nothing is poured by this recipe\n")
	}
}

func (h *Human) bottle(b *ops.Bottle) {
	on := style(h.out.Color)
	w := h.out.room()
	title := on.bold(clean(b.Address))
	if b.File != "" {
		title += " → " + clipMiddle(clean(b.File), max(12, w-width(b.Address)-3))
	}
	h.printf("%s\n", title)
	var facts []string
	if b.Of != "" {
		facts = append(facts, "of "+clean(b.Of))
	}
	if b.DType != "" {
		facts = append(facts, "as "+clean(b.DType))
	}
	if b.Mass != "" && b.Mass != "1" {
		facts = append(facts, "mass "+clean(b.Mass))
	}
	if len(facts) > 0 {
		h.printf("  %s\n", on.dim(clip(strings.Join(facts, ", "), w-2)))
	}
	if b.Written != "" {
		for _, line := range wrap(strings.Fields(clean(b.Written)), " ", h.out.width()-2) {
			h.printf("  %s\n", on.dim(line))
		}
	}
	h.shares(b, w)
}

// shares prints the ingredients, the most first. Those that differ by block
// follow, a line for each range of blocks, then the components from elsewhere.
func (h *Human) shares(b *ops.Bottle, w int) {
	on := style(h.out.Color)
	rows := h.shareRows("", b.Shares)
	for i := range b.Components {
		c := &b.Components[i]
		if alone := c.Shares; len(alone) == 1 && alone[0].PerBlock == nil {
			rows = append(rows, shareRow{label: clean(c.Name + " of " + alone[0].Address), percent: clean(alone[0].Percent), drawn: shareFill(alone[0].Value), source: clean(alone[0].Source)})
			continue
		}
		rows = append(rows, shareRow{label: clean(c.Name)})
		rows = append(rows, h.shareRows("  ", c.Shares)...)
	}
	name, percent := 0, 0
	for _, r := range rows {
		name = max(name, width(r.label))
		percent = max(percent, width(r.percent))
	}
	name = min(name, max(12, w-2-percent-shareBar-3*len(gap)))
	for _, r := range rows {
		s := "  " + pad(clipMiddle(r.label, name), name) + gap + padLeft(r.percent, percent)
		if r.drawn != "" || r.source != "" {
			s += gap + on.cyan(r.drawn) + strings.Repeat(" ", max(0, shareBar-width(r.drawn)))
		}
		if room := w - visible(s) - len(gap); r.source != "" && room >= 12 {
			s += gap + on.dim(clipMiddle(r.source, room))
		}
		h.printf("%s\n", strings.TrimRight(s, " "))
	}
}

// shareRow is a line of a bottle.
type shareRow struct{ label, percent, drawn, source string }

func (h *Human) shareRows(indent string, list []ops.Share) []shareRow {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(x, y ops.Share) int {
		if c := cmp.Compare(len(x.PerBlock), 0) - cmp.Compare(len(y.PerBlock), 0); c != 0 {
			return c
		}
		if h.byName {
			return 0 // they come by name
		}
		return cmp.Compare(y.Value, x.Value)
	})
	var rows []shareRow
	for i := range list {
		s := &list[i]
		drawn := ""
		if s.PerBlock == nil {
			drawn = shareFill(s.Value)
		}
		rows = append(rows, shareRow{indent + clean(s.Address), clean(s.Percent), drawn, clean(s.Source)})
		for _, p := range s.PerBlock {
			rows = append(rows, shareRow{indent + "  " + clean(p.Blocks), clean(p.Percent), shareFill(p.Value), ""})
		}
	}
	return rows
}

// shareFill draws a share of the glass; what is taken away is hatched.
func shareFill(v float64) string {
	if v < 0 {
		n := int(math.Round(math.Min(1, -v) * shareBar))
		return strings.Repeat("▒", max(1, n))
	}
	return fill(v, shareBar)
}
