package lang

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
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
			var number *strayNumberError
			if errors.As(err, &number) {
				out.Detail = number.withNames(e.labelled(number.number))
			}
			return &out
		}
	}
	if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		if err := call.FunctionCallError(); errors.Is(err, errTooMuchWork) {
			return tooMuchWork(d.Subject)
		} else if err != nil {
			out.Summary, out.Detail = "Call not possible", stopped(call.CalledFunctionName()+": "+err.Error())
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
	case d.Summary == "Invalid index" && strings.HasSuffix(d.Detail, "in this collection value."):
		out.Detail = "There is no such key in this map."
	case d.Summary == "Invalid index" && strings.Contains(d.Detail, "greater than or equal to the length"):
		out.Detail = "The list is not so long: its elements are counted from 0."
	case d.Summary == "Unsupported attribute" && strings.Contains(d.Detail, "does not have any attributes"):
		out.Detail = "This value has no parts: models, numbers and texts have none."
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
	return stopped(text)
}

// stopped ends with a full stop or a question mark.
func stopped(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// formulaSigns are characters that formulas know and HCL does not.
var formulaSigns = map[rune]string{'−': "-", '–': "-", '—': "-", '×': "*", '·': "*", '⋅': "*", '÷': "/"}

// improveSyntax puts HCL's words about a file into the recipe's terms. Where it
// knows the cause, what the parser stumbled over afterwards is left out.
func improveSyntax(diags hcl.Diagnostics, src []byte) hcl.Diagnostics {
	var out hcl.Diagnostics
	explained := map[int]bool{} // lines
	quoted := false
	for _, d := range diags {
		if d.Subject == nil {
			continue
		}
		better := syntaxTrap(d, src)
		if better == nil && d.Summary == "Invalid multi-line string" && !quoted {
			quoted = true // all quotes after it are on the wrong side
			better = openQuote(d, src)
		}
		if better != nil {
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
	return strings.HasPrefix(d.Summary, "Unclosed") || strings.HasPrefix(d.Summary, "Unterminated") || strings.HasPrefix(d.Summary, "Invalid multi-line") || strings.HasPrefix(d.Summary, "Unbalanced")
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
	start := lineStart(src, at)
	line := src[start:]
	if end := slices.Index(line, '\n'); end >= 0 {
		line = line[:end]
	}
	trap := func(from, to int, summary, detail string) *hcl.Diagnostic {
		subject := *d.Subject
		subject.Start = hcl.Pos{Line: subject.Start.Line, Column: utf8.RuneCount(line[:from]) + 1, Byte: start + from}
		subject.End = hcl.Pos{Line: subject.Start.Line, Column: utf8.RuneCount(line[:to]) + 1, Byte: start + to}
		return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Subject: &subject, Detail: detail}
	}
	for _, m := range digitLabel.FindAllSubmatchIndex(line, -1) {
		if start+m[0] < at && at <= start+m[1] {
			kind, label := string(line[m[2]:m[3]]), string(line[m[4]:m[5]])
			return trap(m[0], m[1], "Label that begins with a digit", fmt.Sprintf("HCL reads %s as a number and something after it: write %s[%s].", label, kind, quoteHCL(label)))
		}
	}
	if m := percentBefore.FindIndex(line[:min(at-start, len(line))]); m != nil && d.Summary == "Invalid expression" {
		return trap(m[0], m[1], "Percent sign for formulas only", "HCL has no per cent: write 0.5 * model.a, or put it all into formula = \"…\".")
	}
	for _, t := range lineTraps {
		if !strings.HasPrefix(d.Summary, t.summary) {
			continue
		}
		for _, m := range t.pattern.FindAllSubmatchIndex(line, -1) {
			if at < start+m[0] || at > start+m[1] {
				continue
			}
			pieces := make([]any, 0, 3)
			for i := 2; i+1 < len(m); i += 2 {
				pieces = append(pieces, string(line[m[i]:m[i+1]]))
			}
			return trap(m[0], m[1], t.title, fmt.Sprintf(t.detail, pieces...))
		}
	}
	if i := strings.Index(string(line), "%{"); i >= 0 && !strings.Contains(string(line), "%%{") && strings.Contains(d.Summary, "template") {
		return trap(i, i+2, "Percent sign before a brace",
			"In quotes HCL reads %{ as the beginning of a template: write %%{ for the two characters, or leave the brace out (formulas have parentheses).")
	}
	return nil
}

var (
	digitLabel    = regexp.MustCompile(`\b(model|vodka|cocktail|choose|train|release)\.(\d[\w-]*[A-Za-z_-][\w-]*)`)
	percentBefore = regexp.MustCompile(`[\d.]+\s*%\s*$`)
)

// lineTraps are what people bring from other notations: HCL's summary, the place
// in the line, and what to write.
var lineTraps = []struct {
	summary       string
	pattern       *regexp.Regexp
	title, detail string
}{
	{"Unexpected comma after argument", regexp.MustCompile(`\b(\d+),(\d+)`), "Decimal comma", "Decimals are written with a point: %s.%s."},
	{"Missing newline after argument", regexp.MustCompile(`\b([\d.]+)\s+([A-Za-z_][\w.-]*)`), "Sign missing", "Outside quotes a number and a model need a sign between them: %s * %s. In formula = \"…\" they do not."},
	{"Missing newline after argument", regexp.MustCompile(`([A-Za-z_]\w*)\s*=.*$`), "Rest of a line", "After the value of %s the line goes on. An attribute takes a line of its own."},
	{"Invalid single-argument block", regexp.MustCompile(`(\w+)\b.*\{.*$`), "Two attributes in one line", "A block in one line holds one attribute. Put each attribute of this %s on a line of its own."},
	{"Invalid escape sequence", regexp.MustCompile(`([A-Za-z]):\\.*$`), "Backslash in quotes", "In quotes a backslash begins an escape. Paths are written with /, as in %s:/models/a.safetensors."},
	{"Invalid escape sequence", regexp.MustCompile(`\\.*$`), "Backslash in quotes", "In quotes a backslash begins an escape. Paths are written with /, as in models/a.safetensors."},
	{"Invalid character", regexp.MustCompile(`[“”„‘’‚]`), "Typographic quotes", "HCL knows straight quotes only: write \"."},
	{"Argument or block definition required", regexp.MustCompile(`([A-Za-z_]\w*)\s*:`), "Colon for an equals sign", "An attribute is given with an equals sign: %s = …"},
	{"Unclosed configuration block", regexp.MustCompile(`(\w+).*$`), "Brace not closed", "This %s has no } before the end of the file, or one further down is missing."},
}

// openQuote points at the quote that a line opens and does not close: HCL
// points at the end of the line.
func openQuote(d *hcl.Diagnostic, src []byte) *hcl.Diagnostic {
	at := min(d.Subject.Start.Byte, len(src))
	start := lineStart(src, at)
	quote := bytes.LastIndexByte(src[start:at], '"')
	if quote < 0 {
		return nil
	}
	subject := *d.Subject
	subject.Start = hcl.Pos{Line: subject.Start.Line, Column: utf8.RuneCount(src[start:start+quote]) + 1, Byte: start + quote}
	subject.End = hcl.Pos{Line: subject.Start.Line, Column: subject.Start.Column + utf8.RuneCount(src[start+quote:at]), Byte: at}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Quote not closed", Subject: &subject,
		Detail: "The text that begins here does not end in this line: write \" at its end.",
	}
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
