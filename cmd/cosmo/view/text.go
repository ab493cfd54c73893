package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text from a recipe or a file safe to print in one line: control
// characters, which could move the cursor or forge a line, become U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// wide are the scripts whose letters take two columns.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xac00, 0xd7a3, 1}, {0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff00, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1}},
}

func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// width is how many columns s takes. s holds no control characters.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// clip shortens s to w columns, ending in "…" when something was lost.
func clip(s string, w int) string {
	if width(s) <= w {
		return s
	}
	if w < 1 {
		return ""
	}
	return head(s, w-1) + "…"
}

// clipMiddle shortens s to w columns, keeping both ends: a path's folder and
// its name both matter.
func clipMiddle(s string, w int) string {
	if width(s) <= w {
		return s
	}
	if w < 8 {
		return clip(s, w)
	}
	left := (w - 1) / 3
	return head(s, left) + "…" + tail(s, w-1-left)
}

func head(s string, w int) string {
	for i, r := range s {
		if w -= runeWidth(r); w < 0 {
			return s[:i]
		}
	}
	return s
}

func tail(s string, w int) string {
	i := len(s)
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if w -= runeWidth(r); w < 0 {
			break
		}
		i -= n
	}
	return s[i:]
}

func pad(s string, w int) string {
	return s + strings.Repeat(" ", max(0, w-width(s)))
}

func padLeft(s string, w int) string {
	return strings.Repeat(" ", max(0, w-width(s))) + s
}

// wrap breaks items, which are not broken themselves, into lines of at most w
// columns, with gap between two of a line.
func wrap(items []string, gap string, w int) []string {
	var lines []string
	line := ""
	for _, it := range items {
		switch {
		case line == "":
			line = it
		case width(line)+width(gap)+width(it) <= w:
			line += gap + it
		default:
			lines, line = append(lines, line), it
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// style colours text, or leaves it alone.
type style bool

func (on style) paint(code, s string) string {
	if !on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (on style) bold(s string) string   { return on.paint("1", s) }
func (on style) dim(s string) string    { return on.paint("2", s) }
func (on style) red(s string) string    { return on.paint("31", s) }
func (on style) green(s string) string  { return on.paint("32", s) }
func (on style) yellow(s string) string { return on.paint("33", s) }
func (on style) cyan(s string) string   { return on.paint("36", s) }
