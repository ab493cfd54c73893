package view

import "strings"

// table lays rows out in columns two blanks apart.
type table struct {
	columns []column
	rows    [][]string // cells as plain text
}

type column struct {
	head   string
	right  bool                // numbers
	shrink bool                // gives way, in the middle, where the screen is narrow
	style  func(string) string // applied to padded cells; nil: none
}

const gap = "  "

func (t *table) add(cells ...string) {
	for i, c := range cells {
		cells[i] = clean(c)
	}
	t.rows = append(t.rows, cells)
}

// lines renders the table at most w columns wide, as far as the shrinking
// column can give way (it keeps 12).
func (t *table) lines(w int, on style) []string {
	widths := make([]int, len(t.columns))
	total, shrink := len(gap)*(len(t.columns)-1), -1
	for i, c := range t.columns {
		widths[i] = width(c.head)
		for _, r := range t.rows {
			widths[i] = max(widths[i], width(r[i]))
		}
		total += widths[i]
		if c.shrink {
			shrink = i
		}
	}
	if shrink >= 0 && total > w {
		widths[shrink] = max(min(12, widths[shrink]), widths[shrink]-(total-w))
	}
	var out []string
	render := func(cells []string, heading bool) {
		var b strings.Builder
		for i, c := range t.columns {
			cell := clipMiddle(cells[i], widths[i])
			switch {
			case c.right:
				cell = padLeft(cell, widths[i])
			case i < len(t.columns)-1:
				cell = pad(cell, widths[i])
			}
			if i > 0 {
				b.WriteString(gap)
			}
			switch {
			case heading:
				cell = on.dim(cell)
			case c.style != nil:
				cell = c.style(cell)
			}
			b.WriteString(cell)
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	heads := make([]string, len(t.columns))
	named := false
	for i, c := range t.columns {
		heads[i] = c.head
		named = named || c.head != ""
	}
	if named {
		render(heads, true)
	}
	for _, r := range t.rows {
		render(r, false)
	}
	return out
}
