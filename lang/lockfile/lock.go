package lockfile

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Version is the version of the format.
const Version = 1

// Lock pins a recipe.
type Lock struct {
	Version int               // 0 is written as Version
	Sources map[string]Source // by the address of the model: model.V1
	Ops     map[string]int    // versions, by the name of the operation
	Choices map[string]Choice // by the address of the choice: choose.final
	Outputs map[string]Output // by the address of what was made: release.x
}

// Source is an ingredient as it was found.
type Source struct {
	From    string // where from, as the recipe has it
	SHA256  string // of the file: 64 lower-case hex digits
	Root    string // of its tensors: 64 lower-case hex digits
	Size    int64  // bytes
	License string // as read that day; optional
	Read    string // that day: 2006-01-02; optional
}

// Choice is what was taken of several candidates.
type Choice struct {
	Winner string // its label among the candidates
	Root   string // of its tensors: 64 lower-case hex digits; optional
}

// Output is what came out of one definition: a lock whose Key is another says
// nothing about the output, which an author has changed since.
type Output struct {
	Key    string // the definition key: 64 lower-case hex digits
	Root   string // of its tensors: 64 lower-case hex digits
	SHA256 string // of a release file; optional
}

// Header is the first line.
const Header = "# Made by cosmo apply. Commit it beside the recipe."

// Bytes writes the lock.
func (l *Lock) Bytes() []byte {
	w := &writer{}
	w.line(Header)
	w.line("version = %d", cmp.Or(l.Version, Version))
	for _, name := range sorted(l.Sources) {
		s := l.Sources[name]
		w.open("source", name)
		w.text("from", s.From)
		w.text("license", s.License)
		w.text("read", s.Read)
		w.text("root", s.Root)
		w.text("sha256", s.SHA256)
		w.number("size", s.Size)
		w.close()
	}
	for _, name := range sorted(l.Ops) {
		w.open("op", name)
		w.number("version", int64(l.Ops[name]))
		w.close()
	}
	for _, name := range sorted(l.Choices) {
		w.open("choice", name)
		w.text("root", l.Choices[name].Root)
		w.text("winner", l.Choices[name].Winner)
		w.close()
	}
	for _, name := range sorted(l.Outputs) {
		w.open("output", name)
		w.text("key", l.Outputs[name].Key)
		w.text("root", l.Outputs[name].Root)
		w.text("sha256", l.Outputs[name].SHA256)
		w.close()
	}
	return w.Bytes()
}

// writer lays out blocks as cosmo fmt does: names padded, so that the equal
// signs of a block stand in a column.
type writer struct {
	bytes.Buffer
	values [][2]string
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) open(kind, name string) { w.line("\n%s %s {", kind, quote(name)) }

// text writes an attribute unless it is empty.
func (w *writer) text(name, value string) {
	if value != "" {
		w.values = append(w.values, [2]string{name, quote(value)})
	}
}

func (w *writer) number(name string, value int64) {
	w.values = append(w.values, [2]string{name, fmt.Sprint(value)})
}

func (w *writer) close() {
	width := 0
	for _, v := range w.values {
		width = max(width, len(v[0]))
	}
	for _, v := range w.values {
		w.line("  %-*s = %s", width, v[0], v[1])
	}
	w.line("}")
	w.values = nil
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

// quote writes an HCL string literal.
func quote(text string) string {
	var b strings.Builder
	for _, r := range escapes.Replace(strings.ToValidUTF8(text, "\ufffd")) {
		if r < ' ' || r == 0x7f {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
