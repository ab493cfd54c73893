package view

import (
	"strings"

	"cosmo/ops"
)

// marks begin a plan's lines, verbs say what would be done.
var (
	marks = map[string]string{"make": "+", "synthesise": "+", "hash": "?", "place": ">", "present": "=", "unneeded": "-"}
	verbs = map[string]string{"make": "pour", "synthesise": "synthesise", "hash": "read once", "place": "place", "present": "there", "unneeded": "not needed"}
)

// Plan implements Plan.
func (h *Human) Plan(p *ops.PlanSummary) {
	work, there := split(p)
	if len(work) == 0 {
		h.printf("nothing to do: %s\n", areThere(goalsOf(there)))
		return
	}
	shown := work
	if h.verbose {
		shown = p.Items
	}
	h.printf("%s\n\n", planTitle(work))
	h.planItems(shown)
	if goals := goalsOf(there); len(goals) > 0 && !h.verbose {
		h.printf("\n  %s already\n", areThere(goals))
	}
	h.planTotals(p)
}

// planItems is a line for each item, with its reason beside it where there is
// room and under it where there is not, and what outputs are poured from.
func (h *Human) planItems(items []ops.PlanItem) {
	on := style(h.out.Color)
	w := h.out.room() - 2
	t := &table{columns: []column{{style: on.green}, {}, {shrink: true, style: on.bold}, {right: true}}}
	for _, it := range items {
		size := ""
		if it.Bytes > 0 {
			size = Bytes(it.Bytes)
		}
		t.add(marks[it.Action], verbs[it.Action], it.Address, size)
	}
	lines := t.lines(w, on)
	longest := 0
	for _, line := range lines {
		longest = max(longest, visible(line))
	}
	for i, line := range lines {
		it := &items[i]
		reason := clean(it.Reason)
		beside := reason != "" && longest+len(gap)+width(reason) <= w
		if beside {
			line += strings.Repeat(" ", longest-visible(line)) + gap + on.dim(reason)
		}
		h.printf("  %s\n", line)
		if reason != "" && !beside {
			h.detail("why", strings.Fields(reason), " ")
		}
		if it.Dest != "" && it.Work() {
			h.detail("to", []string{clean(it.Dest)}, "")
		}
		if it.Action != "make" {
			continue
		}
		names := make([]string, len(it.From))
		for k, a := range it.From {
			names[k] = clean(a)
		}
		h.detail("from", names, gap)
	}
}

// detail is a labelled paragraph under an item.
func (h *Human) detail(label string, words []string, between string) {
	const indent = 5
	for i := range words {
		words[i] = clipMiddle(words[i], h.out.room()-indent-6)
	}
	for _, line := range wrap(words, between, h.out.width()-indent-6) {
		h.printf("%*s%-6s%s\n", indent, "", label, style(h.out.Color).dim(line))
		label = ""
	}
}

func (h *Human) planTotals(p *ops.PlanSummary) {
	h.printf("\n")
	if p.HashBytes > 0 {
		h.fact("hash", Bytes(p.HashBytes)+" (the first reading)")
	}
	h.fact("read", Bytes(p.ReadBytes))
	if p.FreeBytes >= 0 {
		h.fact("write", Bytes(p.WriteBytes)+" of "+Bytes(p.FreeBytes)+" free")
	} else {
		h.fact("write", Bytes(p.WriteBytes))
	}
	if p.MemoryBytes > 0 {
		h.fact("memory", Bytes(p.MemoryBytes))
	}
	if p.Seconds > 0 {
		h.fact("time", "about "+Duration(p.Seconds))
	}
	if p.FreeBytes >= 0 && p.WriteBytes > p.FreeBytes {
		short := Bytes(p.WriteBytes - p.FreeBytes)
		h.printf("%s\n", style(h.out.Color).yellow("warning: "+short+" more disk space is needed than is free"))
	}
}

// planTitle is "cosmo will read 8 models and pour 6 cocktails".
func planTitle(work []ops.PlanItem) string {
	by := map[string][]string{}
	for _, it := range work {
		by[it.Action] = append(by[it.Action], it.Address)
	}
	var parts []string
	for _, step := range [][2]string{{"hash", "read"}, {"synthesise", "synthesise"}, {"make", "pour"}, {"place", "place"}} {
		if len(by[step[0]]) > 0 {
			parts = append(parts, step[1]+" "+kinds(by[step[0]]))
		}
	}
	return "cosmo will " + list(parts)
}

// split tells what a plan would do from what is there already.
func split(p *ops.PlanSummary) (work, there []ops.PlanItem) {
	for i := range p.Items {
		switch it := p.Items[i]; {
		case it.Work():
			work = append(work, it)
		case it.Action == "present":
			there = append(there, it)
		}
	}
	return work, there
}

// goalsOf keeps what somebody asks for: ingredients are means.
func goalsOf(items []ops.PlanItem) []string {
	var out []string
	for _, it := range items {
		if it.Kind != "model" {
			out = append(out, it.Address)
		}
	}
	return out
}

// areThere is "10 releases are there".
func areThere(addresses []string) string {
	switch len(addresses) {
	case 0:
		return "nothing is asked for"
	case 1:
		return kinds(addresses) + " is there"
	}
	return kinds(addresses) + " are there"
}
