package lang

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// WriteDiagnostics prints diagnostics for people: what, where, the line with
// the place underlined, and what to do. files are a Recipe's Files. Text is
// wrapped at width columns (0: not at all); color uses ANSI escapes.
func WriteDiagnostics(w io.Writer, files map[string]*hcl.File, diags hcl.Diagnostics, width int, color bool) error {
	out := bufio.NewWriter(w)
	for i, d := range diags {
		if i > 0 {
			fmt.Fprintln(out)
		}
		writeDiagnostic(out, files, d, width, color)
	}
	return out.Flush()
}

// severities by hcl.DiagnosticSeverity: word and ANSI colour.
func severity(s hcl.DiagnosticSeverity) (word, ansi string) {
	if s == hcl.DiagWarning {
		return "Warning", "\x1b[33m"
	}
	return "Error", "\x1b[31m"
}

func writeDiagnostic(w io.Writer, files map[string]*hcl.File, d *hcl.Diagnostic, width int, color bool) {
	word, ansi := severity(d.Severity)
	bold, reset := "\x1b[1m", "\x1b[0m"
	if !color {
		ansi, bold, reset = "", "", ""
	}
	fmt.Fprintf(w, "%s%s%s:%s %s%s%s\n", bold, ansi, word, reset, bold, printable(d.Summary), reset)
	if d.Subject != nil {
		writeSnippet(w, files[d.Subject.Filename], *d.Subject, ansi, reset)
	}
	if d.Detail != "" {
		fmt.Fprintf(w, "\n%s\n", wrap(printable(d.Detail), width))
	}
}

// writeSnippet shows where: the first line of the range, underlined.
func writeSnippet(w io.Writer, file *hcl.File, at hcl.Range, ansi, reset string) {
	in := ""
	if context := blockContext(file, at.Start); context != "" {
		in = ", in " + context
	}
	fmt.Fprintf(w, "\n  on %s line %d%s:\n", printable(at.Filename), at.Start.Line, in)
	line, start, ok := sourceLine(file, at)
	if !ok {
		return
	}
	end := start + at.End.Byte - at.Start.Byte
	if at.End.Line != at.Start.Line || end > len(line) {
		end = len(line)
	}
	end = max(end, start)
	// Long lines are cut around the place.
	const around = 80
	before, mark, after := line[:start], line[start:end], line[end:]
	if n := utf8.RuneCountInString(before); n > around {
		before = "…" + string([]rune(before)[n-around:])
	}
	mark = shorten(mark, 2*around)
	after = shorten(after, around)
	gutter := fmt.Sprintf("%4d: ", at.Start.Line)
	fmt.Fprintf(w, "%s%s%s%s%s%s\n", gutter, printable(before), ansi, printable(mark), reset, printable(after))
	under := max(utf8.RuneCountInString(mark), 1)
	fmt.Fprintf(w, "%s%s%s%s%s\n", strings.Repeat(" ", len(gutter)), blank(before), ansi, strings.Repeat("^", under), reset)
}

// blank is as wide as text; tabs stay, so that columns meet.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, text)
}

// printable keeps a recipe from talking to the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		control := r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		turning := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' // what is written may read otherwise
		if control || turning {
			return '\ufffd'
		}
		return r
	}, text)
}

// sourceLine gives the line a range begins in, and where in it.
func sourceLine(file *hcl.File, at hcl.Range) (line string, start int, ok bool) {
	if file == nil || at.Start.Byte > len(file.Bytes) {
		return "", 0, false
	}
	begin := lineStart(file.Bytes, at.Start.Byte)
	rest := file.Bytes[begin:]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	line = strings.TrimSuffix(string(rest), "\r")
	return line, min(at.Start.Byte-begin, len(line)), true
}

// blockContext names the block around a place: vodka "mix1".
func blockContext(file *hcl.File, pos hcl.Pos) string {
	if file == nil || file.Body == nil {
		return ""
	}
	b := file.OutermostBlockAtPos(pos)
	if b == nil {
		return ""
	}
	context := b.Type
	for _, label := range b.Labels {
		context += " " + quoteHCL(shorten(printable(label), 40))
	}
	return context
}

// wrap breaks lines at spaces.
func wrap(text string, width int) string {
	if width <= 0 {
		return text
	}
	var out strings.Builder
	for i, paragraph := range strings.Split(text, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		column := 0
		for _, word := range strings.Split(paragraph, " ") {
			n := utf8.RuneCountInString(word)
			switch {
			case column == 0:
			case column+1+n > width:
				out.WriteByte('\n')
				column = 0
			default:
				out.WriteByte(' ')
				column++
			}
			out.WriteString(word)
			column += n
		}
	}
	return out.String()
}
