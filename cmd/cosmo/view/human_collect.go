package view

// Collected implements Store: a line for each object that goes, then what else
// there was in groups.
func (h *Human) Collected(c *Collection) {
	on := style(h.out.Color)
	w := h.out.room()
	made := map[string]object{}
	for _, o := range objectsOf(c.Before) {
		made[o.path] = o
	}
	t := &table{columns: []column{{head: "ADDRESS", shrink: true, style: on.bold}, {head: "SIZE", right: true}, {head: "ROOT"}}}
	groups := map[string]*amount{}
	for _, r := range c.Removed {
		if r.Kind == "lock" {
			continue // an empty file that every run leaves
		}
		group := groupOf(r.Kind)
		if groups[group] == nil {
			groups[group] = new(amount)
		}
		groups[group].add(r.Size)
		if r.Kind != "object" {
			continue
		}
		if o, ok := made[r.Path]; ok {
			t.add(shortList(o.addresses, w), Bytes(r.Size), o.root.Short())
		} else {
			t.add(r.Path, Bytes(r.Size), "")
		}
	}
	if len(t.rows) > 0 {
		for _, line := range t.lines(w, on) {
			h.printf("%s\n", line)
		}
		h.printf("\n")
	}
	verb := "removed"
	if c.DryRun {
		verb = "would remove"
	}
	switch {
	case len(groups) == 0:
		h.printf("nothing to remove\n")
	case len(groups) == 1 && groups["record"] != nil:
		h.printf("no object to remove\n")
	default:
		h.printf("%s %s\n", verb, Bytes(c.Freed))
	}
	for _, g := range groupNames {
		if a := groups[g.kind]; a != nil {
			text := thousands(a.n)
			if a.bytes > 0 {
				text += ", " + Bytes(a.bytes)
			}
			h.fact(g.label, text)
		}
	}
	h.fact("kept", Bytes(c.Kept))
	if !c.DryRun {
		h.free(c.FreeBytes)
	}
}

// groupNames are what GC removes as people see it, in the order they care.
var groupNames = []struct{ kind, label string }{
	{"object", "objects"}, {"corrupt", "damaged"}, {"temporary", "unfinished"}, {"record", "records"},
}

// groupOf puts the store's own bookkeeping together.
func groupOf(kind string) string {
	switch kind {
	case "object", "corrupt", "temporary":
		return kind
	}
	return "record"
}
