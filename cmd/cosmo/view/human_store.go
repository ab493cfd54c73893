package view

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cosmo/engine/store"
)

// wideScreen is how many columns a screen needs to show full paths beside addresses.
const wideScreen = 110

// Listed implements Store: one line an object, with all it was made for.
func (h *Human) Listed(l *Listing) {
	on := style(h.out.Color)
	w := h.out.room()
	list := objectsOf(l.Items)
	all, unkept := totals(list)
	t := &table{columns: []column{{head: "ADDRESS", shrink: true, style: on.bold}, {head: "KIND"}, {head: "SIZE", right: true}, {head: "ROOT"}, {head: "STATE"}, {head: "KEPT BY"}}}
	for i := range list {
		o := &list[i]
		t.add(shortList(o.addresses, w), o.op, Bytes(o.size), o.root.Short(), o.state, keptBy(o.keptBy, w))
	}
	if len(list) > 0 {
		for _, line := range t.lines(w, on) {
			h.printf("%s\n", line)
		}
		h.printf("\n")
	}
	if all.n == 0 {
		h.printf("the store is empty\n")
	} else {
		h.printf("%s, %s\n", count(all.n, "object"), Bytes(all.bytes))
	}
	if unkept.n > 0 {
		h.fact("unkept", fmt.Sprintf("%s, %s: `cosmo store gc` removes %s", count(unkept.n, "object"), Bytes(unkept.bytes), plural(int(unkept.n), "it", "them")))
	}
	h.fact("store", clean(l.Dir))
	h.free(l.FreeBytes)
	h.stateNotes(list)
}

// stateNotes says what the states other than sound mean, if they occur.
func (h *Human) stateNotes(list []object) {
	notes := map[string]string{
		store.StateTouched: "touched: the file's time is not what it was; `cosmo store verify` finds out whether its bytes are.",
		store.StateResized: "resized: the file is not what was made, and is made again when it is needed.",
		store.StateGone:    "gone: the file was removed, and is made again when it is needed.",
	}
	for _, state := range states {
		for i := range list {
			if note := notes[state]; note != "" && list[i].state == state {
				h.paragraph(style(h.out.Color).yellow, note)
				break
			}
		}
	}
}

// paragraph prints a text in as many lines as the screen is narrow.
func (h *Human) paragraph(paint func(string) string, text string) {
	for _, line := range wrap(strings.Fields(clean(text)), " ", h.out.width()) {
		h.printf("%s\n", paint(clip(line, h.out.room())))
	}
}

// plural chooses between two words.
func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

func (h *Human) free(bytes int64) {
	if bytes >= 0 {
		h.fact("free", Bytes(bytes))
	}
}

// shortList is all addresses, or where the screen is narrow the first and how
// many more there are.
func shortList(addresses []string, w int) string {
	if w >= wideScreen || len(addresses) < 2 {
		return strings.Join(addresses, ", ")
	}
	return fmt.Sprintf("%s +%d", addresses[0], len(addresses)-1)
}

// keptBy names who keeps an object: the path of a lock, or where the screen is
// narrow the recipe it belongs to, and how many other locks there are. A run is
// mentioned only where no lock keeps the object: it will not for long.
func keptBy(keepers []string, w int) string {
	locks := slices.DeleteFunc(slices.Clone(keepers), func(k string) bool { return !filepath.IsAbs(k) })
	switch {
	case len(keepers) == 0:
		return "nothing"
	case len(locks) == 0:
		return "a recent run"
	}
	first, room := locks[0], w/2-10
	if w < wideScreen {
		first, room = recipeName(first), max(12, w/5)
	}
	more := ""
	if n := len(locks) - 1; n > 0 {
		more = fmt.Sprintf(" +%d", n)
	}
	return clipMiddle(clean(first), room-len(more)) + more
}

// recipeName is what people call the recipe of a lock: its folder, or its file
// without endings.
func recipeName(lock string) string {
	name := strings.TrimSuffix(filepath.Base(lock), ".lock.hcl")
	if name == "cosmo" {
		return filepath.Base(filepath.Dir(lock))
	}
	return name
}
