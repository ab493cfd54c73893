package main

import (
	"bytes"
	"fmt"
	"strings"
)

// A listing is assembly text under construction.
type listing struct{ bytes.Buffer }

// op adds an instruction.
func (l *listing) op(format string, args ...any) {
	fmt.Fprintf(l, "\t"+format+"\n", args...)
}

// note adds a comment on the instructions that follow.
func (l *listing) note(format string, args ...any) {
	fmt.Fprintf(l, "\t// "+format+"\n", args...)
}

// label adds a place to jump to.
func (l *listing) label(name string) {
	fmt.Fprintf(l, "\n%s:\n", name)
}

// gap adds an empty line.
func (l *listing) gap() { l.WriteByte('\n') }

// instructions are the lines of l, each with the notes above it.
func (l *listing) instructions() (all []string) {
	var notes string
	for line := range strings.Lines(l.String()) {
		if strings.HasPrefix(line, "\t//") {
			notes += line
			continue
		}
		all = append(all, notes+line)
		notes = ""
	}
	return all
}

// weave adds the instructions of a and b, spread evenly among each other: one
// of a at a time, and as many of b as group says.
func (l *listing) weave(a, b *listing, group int) {
	x, y := a.instructions(), b.instructions()
	for i, j := 0, 0; i < len(x) || j < len(y); {
		if i < len(x) && i*len(y) <= j*len(x) {
			l.WriteString(x[i])
			i++
			continue
		}
		for range min(group, len(y)-j) {
			l.WriteString(y[j])
			j++
		}
	}
}
