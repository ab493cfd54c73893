package lang

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format lays a recipe out as everybody does: indentation by two, equal signs
// of neighbours in a column, at most one blank line, none at the ends of a
// block, and one between blocks of which one takes several lines. Blanks and
// line ends are all that changes, outside texts and comments. What is laid out
// already stays as it is. A file that is no recipe is not formatted.
func Format(name string, src []byte) ([]byte, hcl.Diagnostics) {
	if len(src) > maxRecipeBytes {
		return nil, fileTrouble(name, errors.New("larger than 4 MiB"))
	}
	if at := firstBad(src); at >= 0 {
		return nil, hcl.Diagnostics{notUTF8(name, src, at)}
	}
	if tooDeep := checkDepth(src, name); tooDeep != nil {
		return nil, hcl.Diagnostics{tooDeep}
	}
	if _, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos); diags.HasErrors() {
		return nil, tidy(improveSyntax(diags, src))
	}
	// hclwrite does not always come to rest at once.
	out := src
	for range 8 {
		next, sound := layOut(name, out)
		switch {
		case !sound:
			return src, nil
		case bytes.Equal(next, out):
			return out, nil
		}
		out = next
	}
	return src, nil
}

// FormattedFiles lists what cosmo fmt is about at a path: a recipe file or a
// test, or those in a folder.
func FormattedFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("format %s: %w", path, withoutPath(err))
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() || !strings.HasSuffix(path, recipeSuffix) || strings.HasSuffix(path, lockSuffix) {
			return nil, fmt.Errorf("format %s: only .hcl files that are no locks are formatted", path)
		}
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("format %s: %w", path, withoutPath(err))
	}
	var names []string
	for _, entry := range entries {
		name := entry.Name()
		if !entry.IsDir() && strings.HasSuffix(name, recipeSuffix) && !strings.HasSuffix(name, lockSuffix) && !strings.HasPrefix(name, ".") {
			names = append(names, filepath.Join(path, name))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("format %s: no .hcl file in this folder", path)
	}
	return names, nil
}

// ReadText reads an ordinary file that a recipe could be, of at most 16 MiB.
func ReadText(name string) ([]byte, error) {
	src, err := readBounded(Disk{}, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, withoutPath(err))
	}
	return src, nil
}

// layOut formats once. It is not sound if anything but blanks and line ends
// would change.
func layOut(name string, src []byte) ([]byte, bool) {
	out := dropBlankLines(name, hclwrite.Format(src))
	_, diags := hclsyntax.ParseConfig(out, name, hcl.InitialPos)
	return out, !diags.HasErrors() && slices.Equal(marks(src, name), marks(out, name))
}

// marks are the tokens of a file, without line ends.
func marks(src []byte, name string) []string {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	var list []string
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenEOF {
			// A comment at the end of the file may have no line end.
			list = append(list, string(t.Type)+strings.TrimRight(string(t.Bytes), "\r\n"))
		}
	}
	return list
}

// line is what has to be known of a line to place blank ones.
type line struct {
	text   string // without the line feed
	fixed  bool   // in a text or a comment of several lines
	opens  bool   // its last token opens a bracket
	closes bool   // its first token closes one
}

func (l *line) blank() bool { return !l.fixed && strings.TrimSpace(l.text) == "" }

// dropBlankLines leaves at most one, and none after an opening bracket, before
// a closing one, or at the ends of the file.
func dropBlankLines(name string, src []byte) []byte {
	lines := linesOf(name, src)
	var out strings.Builder
	var last *line // the last one that was written
	blank := ""    // the blank line after it
	for i := range lines {
		l := &lines[i]
		if l.blank() {
			blank = strings.TrimLeft(l.text, " \t") + "\n"
			continue
		}
		if last != nil && !last.opens && !l.closes {
			out.WriteString(blank)
		}
		out.WriteString(l.text + "\n")
		last, blank = l, ""
	}
	return []byte(out.String())
}

// linesOf takes a file apart.
func linesOf(name string, src []byte) []line {
	var lines []line
	for text := range strings.Lines(string(src)) {
		lines = append(lines, line{text: strings.TrimSuffix(text, "\n")})
	}
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	seen := make([]bool, len(lines))
	texts := 0 // open texts
	for _, t := range tokens {
		first, last := t.Range.Start.Line-1, t.Range.End.Line-1
		if t.Type == hclsyntax.TokenEOF || first >= len(lines) {
			break
		}
		switch t.Type {
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenOQuote:
			texts++
		case hclsyntax.TokenCHeredoc, hclsyntax.TokenCQuote:
			texts--
		}
		comment := t.Type == hclsyntax.TokenComment
		if texts > 0 || comment && last > first && !bytes.HasSuffix(t.Bytes, []byte("\n")) {
			for i := first; i <= min(last, len(lines)-1); i++ {
				lines[i].fixed = true
			}
		}
		if comment || t.Type == hclsyntax.TokenNewline {
			continue
		}
		l := &lines[min(last, len(lines)-1)]
		l.opens = t.Type == hclsyntax.TokenOBrace || t.Type == hclsyntax.TokenOBrack || t.Type == hclsyntax.TokenOParen
		if !seen[first] {
			seen[first] = true
			lines[first].closes = t.Type == hclsyntax.TokenCBrace || t.Type == hclsyntax.TokenCBrack || t.Type == hclsyntax.TokenCParen
		}
	}
	return lines
}
