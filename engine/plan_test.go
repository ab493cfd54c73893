package engine

import (
	"errors"
	"testing"

	"cosmo/engine/digest"
)

// TestStates: what a plan knows without reading anything, and what it would
// touch. See states for the letters.
func TestStates(t *testing.T) {
	for _, c := range []struct {
		name  string
		known string // files that were read before
		gone  string // files that are not there
		ops   []Op
		want  string
	}{
		{name: "a known file", known: "a", ops: []Op{goal(file("a", "a"))}, want: "P"},
		{name: "an unread file", ops: []Op{goal(file("a", "a"))}, want: "U"},
		{name: "a file nobody asks for", ops: []Op{file("a", "a")}, want: "u"},
		{name: "no file", gone: "a", ops: []Op{goal(file("a", "a"))}, want: "U!"},
		{name: "made from nothing", ops: []Op{goal(made("make", "s", "s"))}, want: "M"},
		{name: "of a known file", known: "a", ops: []Op{file("a", "a"), goal(made("make", "v", "v", 0))}, want: "PM"},
		{name: "of an unread file", ops: []Op{file("a", "a"), goal(made("make", "v", "v", 0))}, want: "U?"},
		{name: "of a locked file", ops: []Op{pinnedFile("a", "a"), goal(made("make", "v", "v", 0))}, want: "UM"},
		{name: "of a locked file that is gone", gone: "a", ops: []Op{pinnedFile("a", "a"), goal(made("make", "v", "v", 0))}, want: "U!M"},
		{name: "down the line", known: "a", ops: []Op{file("a", "a"), file("b", "b"), made("make", "v", "v", 0, 1), goal(made("make", "w", "w", 2))}, want: "PU??"},
		{name: "what nobody needs", known: "a", ops: []Op{file("a", "a"), file("b", "b"), made("make", "v", "v", 1), goal(made("make", "w", "w", 0))}, want: "Pu-M"},
		{name: "one of two", known: "a,b", ops: []Op{file("a", "a"), file("b", "b"), goal(made("make", "v", "v", 0)), made("make", "w", "w", 1)}, want: "PpMm"},
	} {
		w := newWorld(t)
		w.shelf.known = set(c.known)
		w.shelf.gone = set(c.gone)
		if got := states(w.plan(c.ops...)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		w.wantRan("")
	}
}

// TestPresent: what was made is there, by definition or by content, and what
// it was made from is then not needed.
func TestPresent(t *testing.T) {
	w := newWorld(t)
	two := func() []Op {
		return []Op{file("a", "a"), made("make", "v", "v", 0), goal(made("make", "w", "w", 1))}
	}
	p := w.mustRun(two()...)
	w.wantRan("file a, make v, make w")
	if got := states(p); got != "ppP" {
		t.Errorf("after the run: %s", got)
	}
	if got := states(w.plan(two()...)); got != "ppP" {
		t.Errorf("in the next plan: %s", got)
	}
	// With the lock's help that is known although nobody has seen the file.
	w.shelf.known = map[string]bool{}
	ops := two()
	if got := states(w.plan(ops...)); got != "U??" {
		t.Errorf("of an unread file: %s", got)
	}
	ops[0] = pinnedFile("a", "a")
	if got := states(w.plan(ops...)); got != "upP" {
		t.Errorf("of a locked file: %s", got)
	}
	w.shelf.gone = set("a")
	if got := states(w.plan(ops...)); got != "u!pP" {
		t.Errorf("of a locked file that is gone: %s", got)
	}
	// What is gone in the middle is not needed either.
	lose(t, w, p.Nodes[1])
	w.shelf.gone = nil
	if got := states(w.plan(ops...)); got != "umP" {
		t.Errorf("with a hole: %s", got)
	}
}

// TestByContent: equal inputs under another definition give what is there, and
// the next plan finds it at once.
func TestByContent(t *testing.T) {
	w := newWorld(t)
	w.shelf.known = set("a,a2")
	w.mustRun(file("a", "a"), goal(made("make", "v", "v", 0)))
	w.ran()
	again := file("a2", "a")
	again.Data = thing{"a", "another meta"} // equal tensors in another file
	p := w.plan(again, goal(made("make", "v", "v", 0)))
	if got := states(p); got != "pP" {
		t.Errorf("got %s", got)
	}
	e, err := w.st.Lookup(p.Nodes[1].Key)
	if err != nil || e == nil || e.Preimage != p.Nodes[1].Preimage || e.Root != (thing{"v", ""}).root() {
		t.Errorf("under the new definition there is %+v, %v", e, err)
	}
	// What names its files is not satisfied with that.
	byFile := goal(made("make", "v", "v", 0))
	byFile.ByFile = true
	if got := states(w.plan(file("a", "a"), byFile)); got != "pP" {
		t.Errorf("by the same file: %s", got)
	}
	other := file("a2", "a")
	other.Data = thing{"a", "a third meta"}
	if got := states(w.plan(other, byFile)); got != "PM" {
		t.Errorf("by another file: %s", got)
	}
	// It does not know the file before it was read: a lock that has its root only
	// is not enough.
	w.shelf.known = nil
	rootOnly := pinned(file("a", "a"), Pin{Root: thing{"a", ""}.root()})
	if got := states(w.plan(rootOnly, byFile)); got != "U?" {
		t.Errorf("by an unread file: %s", got)
	}
}

// TestPins: each of a pin's digests is held against what is there, and one
// that speaks of another definition says nothing.
func TestPins(t *testing.T) {
	x := thing{"v", "!"} // what made gives
	elsewhere := digest.Of([]byte("elsewhere"))
	w := newWorld(t)
	p := w.mustRun(goal(made("make", "v", "v")))
	key := p.Nodes[0].Key
	for _, c := range []struct {
		name string
		pin  Pin
		what string // "" if it holds
	}{
		{"nothing", Pin{}, ""},
		{"all", Pin{Key: key, SHA256: x.file(), AutoV2: x.file().Hex()[:10], Root: x.root(), Size: x.size()}, ""},
		{"root", Pin{Root: elsewhere}, "root"},
		{"root of this", Pin{Key: key, Root: elsewhere}, "root"},
		{"sha256", Pin{SHA256: elsewhere}, "sha256"},
		{"autov2", Pin{AutoV2: "0123456789"}, "autov2"},
		{"size", Pin{Size: x.size() + 1}, "size"},
		{"of another definition", Pin{Key: elsewhere, SHA256: elsewhere, AutoV2: "0123456789", Root: elsewhere, Size: 1}, ""},
	} {
		p := w.plan(pinned(goal(made("make", "v", "v")), c.pin))
		var pin *PinError
		switch err := p.Nodes[0].Err; {
		case c.what == "" && err != nil, c.what != "" && !errors.As(err, &pin), c.what != "" && pin.What != c.what:
			t.Errorf("%s: got %v, want %q", c.name, err, c.what)
		}
		// Files are held against theirs without being read again, and unread
		// ones by size.
		for known, caught := range map[bool]bool{true: true, false: c.what == "size"} {
			w.shelf.known = map[string]bool{"v": known}
			f := goal(file("v", ""))
			f.Data = x
			f.Pin = &c.pin
			if !c.pin.Key.IsZero() {
				continue // pins of files have none
			}
			n := w.plan(f).Nodes[0]
			if got := n.Err != nil; got != (caught && c.what != "") {
				t.Errorf("%s: a file, read %v: %v", c.name, known, n.Err)
			}
		}
	}
	if got, want := (&PinError{&Op{Address: "model.a"}, "size", "1", "2"}).Error(), "model.a differs from its pin: size is 2, pinned is 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPinOfOtherDefinition: after an edit the lock still has the digests of
// what was made before. Nothing downstream may be taken for made from that.
func TestPinOfOtherDefinition(t *testing.T) {
	w := newWorld(t)
	before := []Op{made("make", "v", "old v"), goal(made("make", "w", "w", 0))}
	p := w.mustRun(before...)
	lock := Pin{Key: p.Nodes[0].Key, Root: p.Nodes[0].Result.Root, SHA256: p.Nodes[0].Result.SHA256}
	edited := []Op{pinned(made("make", "v", "new v"), lock), goal(made("make", "w", "w", 0))}
	if got := states(w.plan(edited...)); got != "MM" {
		t.Errorf("after the edit: %s", got)
	}
	// A pin of what will be made does say what that will be: w is found by content,
	// and nothing is made.
	said := made("make", "v", "old v")
	said.Params = "said in another way\n"
	lock.Key = w.plan(said).Nodes[0].Key
	if got := states(w.plan(pinned(said, lock), goal(made("make", "w", "w", 0)))); got != "mP" {
		t.Errorf("made before on another machine: %s", got)
	}
}
