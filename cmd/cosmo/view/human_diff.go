package view

import (
	"strings"

	"cosmo/lang/diff"
)

// Differences implements Diff.
func (h *Human) Differences(c *diff.Changes, asMarkdown bool) {
	if asMarkdown {
		h.printf("%s", markdown(c))
		return
	}
	if c.Empty() {
		h.printf("no change: the same in every bottle\n")
		return
	}
	on := style(h.out.Color)
	first := true
	section := func(title string) {
		if !first {
			h.printf("\n")
		}
		first = false
		h.printf("%s\n", title)
	}
	for i := range c.Outputs {
		o := &c.Outputs[i]
		title := on.bold(clean(outputTitle(o)))
		if o.File != "" {
			title += " → " + clean(o.File)
		}
		switch o.How {
		case diff.Added:
			title = on.green("+ ") + title
		case diff.Removed:
			title = on.red("- ") + title
		}
		if o.TensorsStay {
			title += on.dim("  (the same tensors)")
		}
		section(title)
		h.diffRows(diffOutput(o))
	}
	if len(c.Ingredients) > 0 {
		section(on.dim("ingredients"))
		var rows []diffRow
		for i := range c.Ingredients {
			rows = append(rows, ingredientRows(&c.Ingredients[i])...)
		}
		h.diffRows(rows)
	}
	for _, part := range []struct {
		title string
		list  []diff.Value
	}{{"variables", c.Variables}, {"choices", c.Choices}, {"recipe", c.Recipe}} {
		if len(part.list) > 0 {
			section(on.dim(part.title))
			h.diffRows(valueRows(part.list))
		}
	}
	if !first {
		h.printf("\n")
	}
	h.printf("%s %s\n", on.dim("to make again:"), againText(&c.Again))
	for _, a := range c.Alarms {
		h.paragraph(on.yellow, "Warning: "+a+".")
	}
}

// diffRows prints rows in columns: what, before, after.
func (h *Human) diffRows(rows []diffRow) {
	on := style(h.out.Color)
	name, old := 0, 0
	for _, r := range rows {
		name = max(name, 2*r.indent+width(clean(r.name)))
		if r.percent {
			old = max(old, width(r.old))
		}
	}
	w := h.out.room()
	name = min(name, max(12, w/2))
	for _, r := range rows {
		paint := map[rune]func(string) string{'+': on.green, '-': on.red, '~': on.yellow, ' ': on.dim}[r.sign]
		line := "  " + paint(string(r.sign)) + " " + pad(clipMiddle(strings.Repeat("  ", r.indent)+clean(r.name), name), name)
		before, after := clean(r.old), clean(r.new)
		switch {
		case r.percent && r.new == "per block":
			line += gap + on.dim(after)
		case r.percent && r.sign == ' ' && before == "":
			line += gap + padLeft("", old) + after
		case r.percent:
			line += gap + padLeft(before, old) + " → " + after
			if r.new == "" {
				line += "0 %"
			}
		case before == "" && after == "":
		case before == "":
			line += gap + after
		case after == "":
			line += gap + before
		default:
			line += gap + before + " → " + after
		}
		h.printf("%s\n", strings.TrimRight(line, " "))
	}
}
