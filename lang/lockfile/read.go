package lockfile

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const (
	maxBytes  = 16 << 20
	maxBlocks = 200_000
)

// Read reads a lock; name is what diagnostics call the file. A lock is data:
// only literals stand in it.
func Read(name string, src []byte) (*Lock, hcl.Diagnostics) {
	r := &reader{
		lock:     &Lock{Sources: map[string]Source{}, Ops: map[string]int{}, Choices: map[string]Choice{}, Outputs: map[string]Output{}},
		reported: map[*hclsyntax.Attribute]bool{},
	}
	if len(src) > maxBytes {
		r.fail(hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "Lock too large", "A lock has at most 16 MiB.")
		return nil, r.diags
	}
	if !utf8.Valid(src) {
		r.fail(hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "Not UTF-8 text", "A lock is UTF-8 text; this file is not.")
		return nil, r.diags
	}
	if !r.shallow(src, name) {
		return nil, r.diags
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	r.body(file.Body.(*hclsyntax.Body))
	if r.diags.HasErrors() {
		return nil, r.diags
	}
	return r.lock, nil
}

type reader struct {
	lock     *Lock
	diags    hcl.Diagnostics
	reported map[*hclsyntax.Attribute]bool // not of the right type
}

func (r *reader) fail(at hcl.Range, summary, detail string) {
	if len(r.diags) < 100 {
		r.diags = append(r.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at})
	}
}

// shallow refuses everything that a lock does not hold before the parser,
// which recurses, sees it: there are blocks, names, texts and numbers.
func (r *reader) shallow(src []byte, name string) bool {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	depth, blocks := 0, 0
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOBrace:
			depth++
			blocks++
		case hclsyntax.TokenCBrace:
			depth--
		case hclsyntax.TokenIdent, hclsyntax.TokenEqual, hclsyntax.TokenOQuote, hclsyntax.TokenCQuote, hclsyntax.TokenQuotedLit,
			hclsyntax.TokenNumberLit, hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenEOF:
		default:
			if bytes.HasPrefix(src[token.Range.Start.Byte:], []byte("<<<<<<<")) {
				r.fail(token.Range, "Merge conflict", "This lock holds both sides of a merge. Keep the blocks of both sides, each once, and delete the lines of <, = and >.")
				return false
			}
			r.fail(token.Range, "Not a lock", "A lock holds blocks with names, texts and numbers only.")
			return false
		}
		if depth > 1 || blocks > maxBlocks {
			r.fail(token.Range, "Not a lock", "A lock holds no blocks within blocks, and at most 200,000 of them.")
			return false
		}
	}
	return true
}

func (r *reader) body(body *hclsyntax.Body) {
	seenVersion := false
	for _, attr := range attributes(body) {
		if attr.Name != "version" {
			r.fail(attr.NameRange, "Unknown attribute", fmt.Sprintf("A lock has no attribute %q outside its blocks; only version stands there.", attr.Name))
			continue
		}
		seenVersion = true
		n := r.number(attr)
		if r.lock.Version = int(n); n != Version && !r.reported[attr] {
			r.fail(attr.Expr.Range(), "Unknown version", fmt.Sprintf("This lock has version %d; this cosmo reads version %d. Use the cosmo that wrote it, or a newer one.", n, Version))
		}
	}
	if !seenVersion {
		r.fail(hcl.Range{Filename: body.SrcRange.Filename, Start: hcl.InitialPos, End: hcl.InitialPos}, "Missing version", "A lock begins with version = 1.")
	}
	for _, block := range body.Blocks {
		r.block(block)
	}
}

func (r *reader) block(block *hclsyntax.Block) {
	if !slices.Contains([]string{"source", "op", "choice", "output"}, block.Type) {
		r.fail(block.TypeRange, "Unknown block type", fmt.Sprintf("A lock has blocks of the types source, op, choice and output, no %q.", block.Type))
		return
	}
	if len(block.Labels) != 1 || block.Labels[0] == "" {
		r.fail(block.TypeRange, "Wrong number of labels", fmt.Sprintf("%s takes one label: whose %s it is.", block.Type, block.Type))
		return
	}
	name := cty.NormalizeString(block.Labels[0])
	twice := false
	switch block.Type {
	case "source":
		var s Source
		r.fill(block, map[string]any{"from": &s.From, "license": &s.License, "read": &s.Read, "root": &s.Root, "sha256": &s.SHA256, "size": &s.Size}, "from", "root", "sha256", "size")
		if attr := r.sound(block, "from"); attr != nil && s.From == "" {
			r.fail(attr.Expr.Range(), "Missing attribute", fmt.Sprintf("source %s has an empty from.", quote(name)))
		}
		r.digest(block, "sha256", s.SHA256)
		r.digest(block, "root", s.Root)
		r.day(block, s.Read)
		_, twice = r.lock.Sources[name]
		r.lock.Sources[name] = s
	case "op":
		var version int64
		r.fill(block, map[string]any{"version": &version}, "version")
		if attr := r.sound(block, "version"); attr != nil && (version < 1 || version > 1<<30) {
			r.fail(attr.Expr.Range(), "Version not usable", "The version of an operation counts from 1.")
		}
		_, twice = r.lock.Ops[name]
		r.lock.Ops[name] = int(version)
	case "choice":
		var c Choice
		r.fill(block, map[string]any{"root": &c.Root, "winner": &c.Winner}, "winner")
		if attr := r.sound(block, "winner"); attr != nil && c.Winner == "" {
			r.fail(attr.Expr.Range(), "Missing attribute", fmt.Sprintf("choice %s has an empty winner.", quote(name)))
		}
		r.digest(block, "root", c.Root)
		_, twice = r.lock.Choices[name]
		r.lock.Choices[name] = c
	case "output":
		var o Output
		r.fill(block, map[string]any{"key": &o.Key, "root": &o.Root, "sha256": &o.SHA256}, "key", "root")
		r.digest(block, "key", o.Key)
		r.digest(block, "root", o.Root)
		r.digest(block, "sha256", o.SHA256)
		_, twice = r.lock.Outputs[name]
		r.lock.Outputs[name] = o
	}
	if twice {
		r.fail(block.LabelRanges[0], "Pinned twice", fmt.Sprintf("%s %s stands twice in this lock: keep one of them.", block.Type, quote(name)))
	}
}

// fill reads a block's attributes into fields.
func (r *reader) fill(block *hclsyntax.Block, fields map[string]any, required ...string) {
	for _, attr := range attributes(block.Body) {
		switch field := fields[attr.Name].(type) {
		case *string:
			*field = r.text(attr)
		case *int64:
			*field = r.number(attr)
		default:
			r.fail(attr.NameRange, "Unknown attribute", fmt.Sprintf("%s has no attribute %q.", block.Type, attr.Name))
		}
	}
	for _, name := range required {
		if block.Body.Attributes[name] == nil {
			r.fail(block.TypeRange, "Missing attribute", fmt.Sprintf("%s %s has no %s.", block.Type, quote(block.Labels[0]), name))
		}
	}
}

func (r *reader) text(attr *hclsyntax.Attribute) string {
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		r.wrong(attr, "Wrong type", "is a text")
		return ""
	}
	return v.AsString()
}

func (r *reader) number(attr *hclsyntax.Attribute) int64 {
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.Number || !v.AsBigFloat().IsInt() && !v.AsBigFloat().IsInf() {
		r.wrong(attr, "Wrong type", "is a whole number")
		return 0
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact || n < 0 {
		r.wrong(attr, "Number too large", "does not fit into 63 bits")
		return 0
	}
	return n
}

func (r *reader) wrong(attr *hclsyntax.Attribute, summary, what string) {
	r.reported[attr] = true
	r.fail(attr.Expr.Range(), summary, fmt.Sprintf("%s %s.", attr.Name, what))
}

// sound gives an attribute that is there and of the right type.
func (r *reader) sound(block *hclsyntax.Block, name string) *hclsyntax.Attribute {
	if attr := block.Body.Attributes[name]; attr != nil && !r.reported[attr] {
		return attr
	}
	return nil
}

// digest checks an attribute that is a SHA-256.
func (r *reader) digest(block *hclsyntax.Block, name, value string) {
	if attr := r.sound(block, name); attr != nil && (len(value) != 64 || strings.Trim(value, "0123456789abcdef") != "") {
		r.fail(attr.Expr.Range(), "Not a digest", fmt.Sprintf("%s is 64 lower-case hexadecimal digits.", name))
	}
}

func (r *reader) day(block *hclsyntax.Block, value string) {
	if attr := r.sound(block, "read"); attr != nil {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			r.fail(attr.Expr.Range(), "Not a date", "read is a day, as in 2023-08-01.")
		}
	}
}

// attributes in the order of the file.
func attributes(body *hclsyntax.Body) []*hclsyntax.Attribute {
	var attrs []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		attrs = append(attrs, a)
	}
	slices.SortFunc(attrs, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return attrs
}
