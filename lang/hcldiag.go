package lang

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// improve puts HCL's words about an evaluation into the recipe's terms.
func (e *evaluator) improve(d *hcl.Diagnostic) *hcl.Diagnostic {
	out := *d
	if node, ok := d.Expression.(hclsyntax.Expression); ok && d.Summary == "Operation failed" {
		if err := e.opErrors[node]; errors.Is(err, errTooMuchWork) {
			return tooMuchWork(d.Subject)
		} else if err != nil {
			out.Summary, out.Detail = "Calculation not possible", sentence(err)
			return &out
		}
	}
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		if err := call.FunctionCallError(); errors.Is(err, errTooMuchWork) {
			return tooMuchWork(d.Subject)
		} else if err != nil {
			out.Summary, out.Detail = "Call not possible", fmt.Sprintf("%s: %s", call.CalledFunctionName(), sentence(err))
			if d.Expression != nil {
				out.Subject = d.Expression.Range().Ptr()
			}
			return &out
		}
	}
	switch {
	case strings.HasPrefix(d.Summary, "Invalid template interpolation") && strings.Contains(d.Detail, "model"):
		out.Detail = "A model has no text form: write its name as a text, or mix it outside the quotes."
	case d.Summary == "Invalid operand" && strings.Contains(d.Detail, "model"):
		out.Detail = "A model can be added, subtracted, multiplied and divided by numbers, and compared with == and !=, nothing else."
	case d.Summary == "Missing map element" || d.Summary == "Invalid index" && strings.Contains(d.Detail, "does not identify"):
		out.Detail = strings.TrimSuffix(d.Detail, ".") + ": a for_each or map has no such key."
	}
	return &out
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(err error) string {
	text := err.Error()
	first, n := utf8.DecodeRuneInString(text)
	word, _, _ := strings.Cut(text, " ")
	if !strings.ContainsAny(word, "_.[(\"=") {
		text = string(unicode.ToUpper(first)) + text[n:]
	}
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	return text
}

// formulaSigns are characters that formulas know and HCL does not.
var formulaSigns = map[rune]string{'−': "-", '–': "-", '—': "-", '×': "*", '·': "*", '⋅': "*", '÷': "/"}

// improveSyntax puts HCL's words about a file into the recipe's terms. Where it
// knows the cause, what the parser stumbled over afterwards is left out.
func improveSyntax(diags hcl.Diagnostics, src []byte) hcl.Diagnostics {
	var out hcl.Diagnostics
	explained := map[int]bool{} // lines
	for _, d := range diags {
		if d.Subject == nil {
			continue
		}
		if better := syntaxTrap(d, src); better != nil {
			if line := better.Subject.Start.Line; !explained[line] {
				explained[line] = true
				out = append(out, better)
			}
		}
	}
	for _, d := range diags {
		if d.Subject == nil || !explained[d.Subject.Start.Line] && !(len(explained) > 0 && followsFrom(d)) {
			out = append(out, d)
		}
	}
	return out
}

// followsFrom tells whether a diagnostic is about brackets that do not close,
// which broken strings cause anywhere in the file.
func followsFrom(d *hcl.Diagnostic) bool {
	return strings.HasPrefix(d.Summary, "Unclosed") || strings.HasPrefix(d.Summary, "Unterminated") || strings.HasPrefix(d.Summary, "Invalid multi-line")
}

func syntaxTrap(d *hcl.Diagnostic, src []byte) *hcl.Diagnostic {
	at := d.Subject.Start.Byte
	if at > len(src) {
		return nil
	}
	sign, n := utf8.DecodeRune(src[at:])
	if ascii := formulaSigns[sign]; ascii != "" && n > 1 {
		subject := *d.Subject
		subject.End = hcl.Pos{Line: subject.Start.Line, Column: subject.Start.Column + 1, Byte: at + n}
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Sign for formulas only", Subject: &subject,
			Detail: fmt.Sprintf("HCL does not know %c outside quotes: write %s, or put it all into formula = \"…\".", sign, ascii),
		}
	}
	line := src[lineStart(src, at):]
	if end := slices.Index(line, '\n'); end >= 0 {
		line = line[:end]
	}
	if i := strings.Index(string(line), "%{"); i >= 0 && !strings.Contains(string(line), "%%{") && strings.Contains(d.Summary, "template") {
		start := *d.Subject
		start.Start.Byte = lineStart(src, at) + i
		start.Start.Column = utf8.RuneCount(line[:i]) + 1
		start.End = hcl.Pos{Line: start.Start.Line, Column: start.Start.Column + 2, Byte: start.Start.Byte + 2}
		return &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Percent sign before a brace", Subject: &start,
			Detail: "In quotes HCL reads %{ as the beginning of a template: write %%{ for the two characters, or leave the brace out (formulas have parentheses).",
		}
	}
	return nil
}

func lineStart(src []byte, at int) int {
	for at > 0 && src[at-1] != '\n' {
		at--
	}
	return at
}

// tidy sorts diagnostics by place, and keeps the list readable.
func tidy(diags hcl.Diagnostics) hcl.Diagnostics {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		if a.Subject == nil || b.Subject == nil {
			return cmp.Compare(btoi(a.Subject != nil), btoi(b.Subject != nil))
		}
		return cmp.Or(cmp.Compare(a.Subject.Filename, b.Subject.Filename), cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte))
	})
	if n := len(diags); n > maxDiagnostics {
		diags = append(diags[:maxDiagnostics:maxDiagnostics], &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "Too many errors", Detail: fmt.Sprintf("There are %d more. Mend these first.", n-maxDiagnostics),
		})
	}
	return diags
}

// fileReader gives file() its files: relative to the recipe's folder, each read
// once.
func (e *evaluator) fileReader(read func(string) ([]byte, error)) func(string) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	cache := map[string]result{}
	return func(name string) ([]byte, error) {
		if _, seen := cache[name]; !seen {
			data, err := read(inFolder(e.recipe.Dir, name))
			switch {
			case err != nil:
				err = fmt.Errorf("cannot read %q: %w", shorten(name, 100), withoutPath(err))
			case len(data) > maxFileBytes:
				err = fmt.Errorf("cannot read %q: larger than 16 MiB", shorten(name, 100))
			case !utf8.Valid(data):
				err = fmt.Errorf("cannot read %q: it is not UTF-8 text", shorten(name, 100))
			}
			cache[name] = result{data, err}
		}
		return cache[name].data, cache[name].err
	}
}
