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
	w := h.out.width()
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
		for _, line := range wrap(strings.Fields(clean(b.Written)), " ", w-2) {
			h.printf("  %s\n", on.dim(line))
		}
	}
	h.shares(b, w)
}

// shares prints the ingredients, the most first. Those that differ by block
// follow, a line for each range of blocks.
func (h *Human) shares(b *ops.Bottle, w int) {
	on := style(h.out.Color)
	shares := slices.Clone(b.Shares)
	slices.SortStableFunc(shares, func(x, y ops.Share) int {
		if c := cmp.Compare(len(x.PerBlock), 0) - cmp.Compare(len(y.PerBlock), 0); c != 0 {
			return c
		}
		return cmp.Compare(y.Value, x.Value)
	})
	name, percent := 0, 0
	for _, s := range shares {
		name = max(name, width(clean(s.Address)))
		percent = max(percent, width(s.Percent))
		for _, p := range s.PerBlock {
			name = max(name, 2+width(clean(p.Blocks)))
			percent = max(percent, width(p.Percent))
		}
	}
	name = min(name, max(12, w-2-percent-shareBar-3*len(gap)))
	line := func(label, pct, drawn, source string) {
		s := "  " + pad(clipMiddle(label, name), name) + gap + padLeft(pct, percent)
		if drawn != "" || source != "" {
			s += gap + on.cyan(drawn) + strings.Repeat(" ", max(0, shareBar-width(drawn)))
		}
		if room := w - visible(s) - len(gap); source != "" && room >= 12 {
			s += gap + on.dim(clipMiddle(source, room))
		}
		h.printf("%s\n", strings.TrimRight(s, " "))
	}
	for _, s := range shares {
		drawn := ""
		if s.PerBlock == nil {
			drawn = shareFill(s.Value)
		}
		line(clean(s.Address), clean(s.Percent), drawn, clean(s.Source))
		for _, p := range s.PerBlock {
			line("  "+clean(p.Blocks), clean(p.Percent), shareFill(p.Value), "")
		}
	}
}

// shareFill draws a share of the glass; what is taken away is hatched.
func shareFill(v float64) string {
	if v < 0 {
		n := int(math.Round(math.Min(1, -v) * shareBar))
		return strings.Repeat("▒", max(1, n))
	}
	return fill(v, shareBar)
}
