package lang

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// underlined is a file, and a diagnostic about a text in it.
func underlined(t testing.TB, src, mark string) (map[string]*hcl.File, hcl.Diagnostics) {
	t.Helper()
	at := strings.Index(src, mark)
	if at < 0 {
		t.Fatalf("%q is not in %q", mark, src)
	}
	pos := func(n int) hcl.Pos {
		before := src[:n]
		return hcl.Pos{Line: 1 + strings.Count(before, "\n"), Column: 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:])), Byte: n}
	}
	file, _ := hclsyntax.ParseConfig([]byte(src), "r.hcl", hcl.InitialPos)
	return map[string]*hcl.File{"r.hcl": file}, hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Glass not full", Detail: "This glass is 80 % full.",
		Subject: &hcl.Range{Filename: "r.hcl", Start: pos(at), End: pos(at + len(mark))},
	}}
}

func TestRenderText(t *testing.T) {
	long := "vodka \"x\" { mix = " + strings.Repeat("model.a + ", 20) + "model.b" + strings.Repeat(" + model.c", 20) + " }\n"
	for _, c := range []struct{ name, src, mark, want string }{
		{"a line", "vodka \"x\" {\n  mix = model.a\n}\n", "model.a", "   2:   mix = model.a\n              ^^^^^^^\n"},
		{"letters of several bytes", "vodka \"é\" { formula = \"a − b\" }\n", "b\"", "   1: vodka \"é\" { formula = \"a − b\" }\n                                 ^^\n"},
		{"tabs", "vodka \"x\" {\n\tmix\t= model.a\n}\n", "model.a", "   2: \tmix\t= model.a\n      \t   \t  ^^^^^^^\n"},
		{"several lines", "vodka \"x\" {\n  mix = [\n    1,\n  ]\n}\n", "[\n    1,\n  ]", "   2:   mix = [\n              ^\n"},
		{"nothing", "vodka \"x\" {}\n", "", "   1: vodka \"x\" {}\n      ^\n"},
		{"the end of the line", "vodka \"x\" {\r\n}\r\n", "\r\n}", "   1: vodka \"x\" {\n                 ^\n"},
		{"a long line", long, "model.b", "   1: …" + strings.Repeat("model.a + ", 8) + "model.b" + strings.Repeat(" + model.c", 7) + " + model." + "…\n       " + strings.Repeat(" ", 80) + "^^^^^^^\n"},
		{"control characters", "vodka \"x\" {\n  mix = \"\x1b[31m\u202emodel\u2066\"\n}\n", "mix", "   2:   mix = \"\ufffd[31m\ufffdmodel\ufffd\"\n        ^^^\n"},
		{"all that turns the text around", "# \u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u009b \nlocals {}\n", "#", "   1: # " + strings.Repeat("\ufffd", 10) + " \n      ^\n"},
		{"no UTF-8", "vodka \"x\" {\n  mix = \"\xff\"\n}\n", "mix", "   2:   mix = \"\ufffd\"\n        ^^^\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, diags := underlined(t, c.src, c.mark)
			var out bytes.Buffer
			if err := WriteDiagnostics(&out, files, diags, 0, false); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(out.String(), ":\n")
			want := c.want + "\nThis glass is 80 % full.\n"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderWhole(t *testing.T) {
	files, diags := underlined(t, "vodka \"x\" {\n  mix = model.a\n}\n", "model.a")
	diags = append(diags,
		&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "No place", Detail: "One two three four five six seven eight nine ten eleven.\nA second paragraph.\n\x1b]0;title\x07"},
		&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "No such file", Subject: &hcl.Range{Filename: "other.hcl", Start: hcl.Pos{Line: 7, Column: 1, Byte: 70}}},
		&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Beyond the end", Detail: "d", Subject: &hcl.Range{Filename: "r.hcl", Start: hcl.Pos{Line: 70, Column: 1, Byte: 7000}}},
	)
	var plain, color bytes.Buffer
	if err := WriteDiagnostics(&plain, files, diags, 24, false); err != nil {
		t.Fatal(err)
	}
	want := `Error: Glass not full

  on r.hcl line 2, in vodka "x":
   2:   mix = model.a
              ^^^^^^^

This glass is 80 % full.

Warning: No place

One two three four five
six seven eight nine ten
eleven.
A second paragraph.
` + "\ufffd]0;title\ufffd" + `

Error: No such file

  on other.hcl line 7:

Error: Beyond the end

  on r.hcl line 70:

d
`
	if diff := cmp.Diff(want, plain.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := WriteDiagnostics(&color, files, diags[:1], 18, true); err != nil {
		t.Fatal(err)
	}
	want = "\x1b[1m\x1b[31mError:\x1b[0m \x1b[1mGlass not full\x1b[0m\n\n  on r.hcl line 2, in vodka \"x\":\n   2:   mix = \x1b[31mmodel.a\x1b[0m\n              \x1b[31m^^^^^^^\x1b[0m\n\nThis glass is 80 %\nfull.\n"
	if diff := cmp.Diff(want, color.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRenderJSON(t *testing.T) {
	files, diags := underlined(t, "vodka \"x\" {\n  formula = \"a − b\"\n}\nlocals {}\n", "− b")
	_, outside := underlined(t, "vodka \"x\" {\n  formula = \"a − b\"\n}\nlocals {}\n", "\nlocals")
	outside[0].Severity = hcl.DiagWarning
	_, lines := underlined(t, "vodka \"x\" {\n  formula = \"a − b\"\n}\nlocals {}\n", "b\"\n}")
	diags = append(diags, outside[0], lines[0], &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "No place", Detail: "d"})
	got, err := json.MarshalIndent(JSONDiagnostics(files, diags), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
 {
  "severity": "error",
  "summary": "Glass not full",
  "detail": "This glass is 80 % full.",
  "range": {
   "filename": "r.hcl",
   "start": {
    "line": 2,
    "column": 16,
    "byte": 27
   },
   "end": {
    "line": 2,
    "column": 19,
    "byte": 32
   }
  },
  "snippet": {
   "context": "vodka \"x\"",
   "code": "  formula = \"a − b\"",
   "start_line": 2,
   "highlight_start_offset": 15,
   "highlight_end_offset": 18
  }
 },
 {
  "severity": "warning",
  "summary": "Glass not full",
  "detail": "This glass is 80 % full.",
  "range": {
   "filename": "r.hcl",
   "start": {
    "line": 3,
    "column": 2,
    "byte": 35
   },
   "end": {
    "line": 4,
    "column": 7,
    "byte": 42
   }
  },
  "snippet": {
   "context": null,
   "code": "}",
   "start_line": 3,
   "highlight_start_offset": 1,
   "highlight_end_offset": 1
  }
 },
 {
  "severity": "error",
  "summary": "Glass not full",
  "detail": "This glass is 80 % full.",
  "range": {
   "filename": "r.hcl",
   "start": {
    "line": 2,
    "column": 18,
    "byte": 31
   },
   "end": {
    "line": 3,
    "column": 2,
    "byte": 35
   }
  },
  "snippet": {
   "context": "vodka \"x\"",
   "code": "  formula = \"a − b\"",
   "start_line": 2,
   "highlight_start_offset": 17,
   "highlight_end_offset": 19
  }
 },
 {
  "severity": "error",
  "summary": "No place",
  "detail": "d"
 }
]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := json.Marshal(JSONDiagnostics(nil, nil)); err != nil || string(got) != "[]" {
		t.Errorf("no diagnostics: %s, %v", got, err)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRenderToABrokenWriter(t *testing.T) {
	files, diags := underlined(t, "vodka \"x\" {}\n", "vodka")
	if err := WriteDiagnostics(brokenWriter{}, files, diags, 80, false); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
}
