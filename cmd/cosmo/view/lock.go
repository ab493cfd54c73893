package view

import (
	"strings"

	"cosmo/ops"
)

// Pinned implements Lock.
func (h *Human) Pinned(p *ops.Pinned) {
	h.Close()
	if len(p.Changes) == 0 {
		h.printf("nothing to do: %s is up to date\n", clean(p.Path))
		return
	}
	var rows []diffRow
	last := ""
	for _, c := range p.Changes {
		row := diffRow{sign: '~', name: c.What, old: c.Old, new: c.New, indent: 1}
		switch {
		case c.Old == "":
			row.sign = '+'
		case c.New == "":
			row.sign = '-'
		}
		if c.What == "sha256" || c.What == "root" {
			row.old, row.new = shortDigest(c.Old), shortDigest(c.New)
		}
		if c.Entry != last {
			rows = append(rows, diffRow{sign: ' ', name: c.Entry})
			last = c.Entry
		}
		rows = append(rows, row)
	}
	h.printf("%s\n", clean(p.Path))
	h.diffRows(rows)
	pins := 0
	for _, c := range p.Changes {
		if c.Old != "" && (c.What == "sha256" || c.What == "version" || c.What == "root" && !strings.HasPrefix(c.Entry, "model")) && c.New != "" {
			pins++
		}
	}
	if pins > 0 {
		h.printf("\n%s\n", style(h.out.Color).yellow("What is made from now on may have other bytes: apply, and commit recipe and lock together."))
	}
}

// Pinned implements Lock: one line.
func (v *JSON) Pinned(p *ops.Pinned) {
	type change struct {
		Entry string `json:"entry"`
		What  string `json:"what"`
		Old   string `json:"old,omitempty"`
		New   string `json:"new,omitempty"`
	}
	list := []change{}
	for _, c := range p.Changes {
		list = append(list, change(c))
	}
	v.write(struct {
		Type    string   `json:"type"`
		Path    string   `json:"path"`
		Changes []change `json:"changes"`
		Hashed  int64    `json:"hashed_bytes"`
	}{"lock", p.Path, list, p.Hashed})
}
