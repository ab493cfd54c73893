package lang

import (
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// JSONDiagnostic is a diagnostic in the form that editors know from Terraform.
type JSONDiagnostic struct {
	Severity string       `json:"severity"` // "error" or "warning"
	Summary  string       `json:"summary"`
	Detail   string       `json:"detail"`
	Range    *JSONRange   `json:"range,omitempty"`
	Snippet  *JSONSnippet `json:"snippet,omitempty"`
}

// JSONRange is a place in a file; End is exclusive.
type JSONRange struct {
	Filename string  `json:"filename"`
	Start    JSONPos `json:"start"`
	End      JSONPos `json:"end"`
}

// JSONPos counts lines and columns from 1 and bytes from 0.
type JSONPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// JSONSnippet is the line a range begins in. Offsets count characters of Code.
type JSONSnippet struct {
	Context              *string `json:"context"` // the block around it, null outside of blocks
	Code                 string  `json:"code"`
	StartLine            int     `json:"start_line"`
	HighlightStartOffset int     `json:"highlight_start_offset"`
	HighlightEndOffset   int     `json:"highlight_end_offset"`
}

// JSONDiagnostics is the twin of WriteDiagnostics for programs.
func JSONDiagnostics(files map[string]*hcl.File, diags hcl.Diagnostics) []JSONDiagnostic {
	out := make([]JSONDiagnostic, 0, len(diags))
	for _, d := range diags {
		j := JSONDiagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			j.Severity = "warning"
		}
		if d.Subject != nil {
			j.Range = &JSONRange{d.Subject.Filename, jsonPos(d.Subject.Start), jsonPos(d.Subject.End)}
			j.Snippet = jsonSnippet(files[d.Subject.Filename], *d.Subject)
		}
		out = append(out, j)
	}
	return out
}

func jsonPos(p hcl.Pos) JSONPos { return JSONPos{p.Line, p.Column, p.Byte} }

func jsonSnippet(file *hcl.File, at hcl.Range) *JSONSnippet {
	line, start, ok := sourceLine(file, at)
	if !ok {
		return nil
	}
	end := start + at.End.Byte - at.Start.Byte
	if at.End.Line != at.Start.Line || end > len(line) || end < start {
		end = len(line)
	}
	s := &JSONSnippet{
		Code: line, StartLine: at.Start.Line,
		HighlightStartOffset: utf8.RuneCountInString(line[:start]),
		HighlightEndOffset:   utf8.RuneCountInString(line[:end]),
	}
	if context := blockContext(file, at.Start); context != "" {
		s.Context = &context
	}
	return s
}
