package lang

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// text evaluates an attribute that is a text; absent is "" and fine.
func (e *evaluator) text(in *instance, name string) (string, bool) {
	attr := in.block.body.Attributes[name]
	if attr == nil {
		return "", true
	}
	if e.unquoted(attr.Expr, name) {
		return "", false
	}
	v, ok := e.eval(attr.Expr, in.scope())
	if !ok {
		return "", false
	}
	if v.IsNull() {
		return "", true
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil || v.Type() == cty.Bool {
		e.fail(attr.Expr.Range(), "Wrong type", fmt.Sprintf("%s is a text, this is %s.", name, describe(v)))
		return "", false
	}
	if checkNumber(v) != nil {
		e.fail(attr.Expr.Range(), "Number too large", sentence(errHugeNumber))
		return "", false
	}
	return s.AsString(), true
}

// required is text for an attribute that must be there.
func (e *evaluator) required(in *instance, name, example string) (string, bool) {
	s, ok := e.text(in, name)
	if !ok || s != "" {
		return s, ok
	}
	at := in.block.header
	if attr := in.block.body.Attributes[name]; attr != nil {
		at = attr.Expr.Range()
	}
	e.missing(in.block, at, name, fmt.Sprintf("%s needs %s: %s.", in.block.address, name, example))
	return "", false
}

// missing reports an attribute that a block needs, unless one that was misspelt
// was taken for it.
func (e *evaluator) missing(b *block, at hcl.Range, name, detail string) {
	if !b.misspelt[name] {
		e.fail(at, "Missing attribute", detail)
	}
}

// unquoted reports a text that was written without its quotes: names in it that
// are none of the recipe's.
func (e *evaluator) unquoted(expr hclsyntax.Expression, name string) bool {
	for _, tr := range expr.Variables() {
		root := tr.RootName()
		known := append([]string{"local", "var", "each", "count", "choose", "release", "recipe"}, pourableTypes...)
		if slices.Contains(known, root) || e.laterSymbol(root) != "" || len(tr) > 1 && didYouMean(root, known) != "" {
			continue
		}
		written := string(expr.Range().SliceBytes(e.recipe.Files[expr.Range().Filename].Bytes))
		if strings.ContainsAny(written, "\"\n{") {
			return false
		}
		e.fail(expr.Range(), "Text without quotes", fmt.Sprintf("%s is a text: write %s = %s.", name, name, quoteHCL(shorten(written, 60))))
		return true
	}
	return false
}

// flag evaluates an attribute that is true or false; absent is fallback.
func (e *evaluator) flag(in *instance, name string, fallback bool) (value, ok bool) {
	attr := in.block.body.Attributes[name]
	if attr == nil {
		return fallback, true
	}
	v, ok := e.eval(attr.Expr, in.scope())
	if !ok {
		return fallback, false
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil {
		e.fail(attr.Expr.Range(), "Wrong type", fmt.Sprintf("%s is true or false, this is %s.", name, describe(v)))
		return fallback, false
	}
	if b.IsNull() {
		return fallback, true
	}
	return b.True(), true
}

func (in *instance) rangeOf(name string) hcl.Range {
	if attr := in.block.body.Attributes[name]; attr != nil {
		return attr.Expr.Range()
	}
	return in.block.header
}

func (e *evaluator) readRecipe(in *instance) bool {
	description, ok1 := e.text(in, "description")
	license, ok2 := e.text(in, "license")
	e.recipe.Name, e.recipe.Description, e.recipe.License = in.block.label, description, license
	return ok1 && ok2
}

func (e *evaluator) readModel(in *instance) bool {
	m := &Model{Address: in.address, Range: in.block.header, SourceRange: in.rangeOf("source")}
	ok := true
	read := func(field *string, name string) {
		s, fine := e.text(in, name)
		*field, ok = s, ok && fine
	}
	if in.block.body.Attributes["recipe"] == nil {
		s, fine := e.required(in, "source", "source = \"path/to/model.safetensors\"")
		m.Source, ok = s, ok && fine
	}
	read(&m.SHA256, "sha256")
	read(&m.AutoV2, "autov2")
	read(&m.Root, "root")
	read(&m.License, "license")
	m.SHA256, m.AutoV2, m.Root = strings.ToLower(m.SHA256), strings.ToLower(m.AutoV2), strings.ToLower(m.Root)
	for _, pin := range [][2]string{{"sha256", m.SHA256}, {"root", m.Root}} {
		if problem := notDigest(pin[1]); problem != "" {
			e.fail(in.rangeOf(pin[0]), "Not a digest", fmt.Sprintf("%s is 64 hexadecimal digits; this has %s.", pin[0], problem))
			ok = false
		}
	}
	if m.AutoV2 != "" && !isHex(m.AutoV2, 10) {
		e.fail(in.rangeOf("autov2"), "Not a digest", "autov2 is the first ten hexadecimal digits of the file's SHA-256.")
		ok = false
	}
	if ok && m.SHA256 != "" && m.AutoV2 != "" && !strings.HasPrefix(m.SHA256, m.AutoV2) {
		e.fail(in.rangeOf("autov2"), "Digests disagree", "autov2 is the beginning of sha256, but these two belong to different files.")
		ok = false
	}
	if ok && e.options.Sources != nil {
		if err := e.options.Sources(m.Source); err != nil {
			e.fail(m.SourceRange, "Source not usable", sentence(err))
			ok = false
		}
	}
	in.model, in.unsound = m, in.unsound || !ok
	return true
}

// notDigest says why text is no SHA-256 that a file can have; "" if it is one, or
// is not given.
func notDigest(text string) string {
	switch {
	case text == "":
		return ""
	case len(text) != 64:
		return fmt.Sprintf("%d characters", len(text))
	case !isHex(text, 64):
		return "other characters"
	case strings.Trim(text, "0") == "":
		return "zeros alone, which stand for no file"
	}
	return ""
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdef") == ""
}

// readMix evaluates mix, formula or weights, and what goes with them.
func (e *evaluator) readMix(in *instance) bool {
	in.unsound = !e.readPour(in) || in.unsound
	attrs := in.block.body.Attributes
	var given []*hclsyntax.Attribute
	for _, name := range []string{"mix", "formula", "weights"} {
		if attrs[name] != nil {
			given = append(given, attrs[name])
		}
	}
	switch {
	case len(given) == 0 && attrs["of"] != nil:
		e.fail(attrs["of"].NameRange, "Mix without weights", "of needs weights = \"60/20/20\" beside it.")
		return false
	case len(given) == 0 && (in.block.misspelt["mix"] || in.block.misspelt["formula"] || in.block.misspelt["weights"]):
		return false // that was said
	case len(given) == 0:
		e.fail(in.block.header, "Empty glass", fmt.Sprintf("%s needs a mix: mix = 0.6 * model.a + 0.4 * model.b, formula = \"60%% a + 40%% b\", or weights = \"60/40\" with of = [model.a, model.b].", in.block.address))
		return false
	case len(given) > 1:
		e.fail(given[1].NameRange, "Two mixes", fmt.Sprintf("%s has both %s and %s: keep one of them.", in.block.address, given[0].Name, given[1].Name))
		return false
	}
	for _, pair := range [][2]string{{"of", "weights"}, {"with", "formula"}} {
		if name, partner := pair[0], pair[1]; attrs[name] != nil && given[0].Name != partner {
			e.fail(attrs[name].NameRange, "Attribute without effect", fmt.Sprintf("%s belongs to %s, but %s has %s.", name, partner, in.block.address, given[0].Name))
			in.unsound = true
		}
	}
	in.mixRange = given[0].Expr.Range()
	var ok bool
	switch given[0].Name {
	case "mix":
		in.mix, ok = e.model(given[0].Expr, in, "mix")
	case "formula":
		in.mix, ok = e.formula(in)
	default:
		in.mix, ok = e.weights(in)
	}
	if ok {
		e.remark(in)
	}
	return ok
}

// model evaluates an expression that is a model or a sum of them.
func (e *evaluator) model(expr hclsyntax.Expression, in *instance, name string) (*quantity, bool) {
	v, ok := e.eval(expr, in.scope())
	if !ok {
		return nil, false
	}
	if v.Type() == quantityType && !v.IsNull() {
		if q := v.EncapsulatedValue().(*quantity); !q.isProfile() {
			return q, true
		}
	}
	e.fail(expr.Range(), "Not a model", fmt.Sprintf("%s takes a model, or a sum of models as in 0.6 * model.a + 0.4 * model.b; this is %s%s", name, describe(v), e.modelAdvice(v, name)))
	return nil, false
}

// modelAdvice ends a sentence that describes a value where a model is needed.
func (e *evaluator) modelAdvice(v cty.Value, attribute string) string {
	digits := ""
	if v.Type() == cty.Number && !v.IsNull() {
		digits = v.AsBigFloat().Text('g', 20)
	} else if v.Type() == cty.String && !v.IsNull() {
		digits = v.AsString()
	}
	switch places := e.labelled(digits); {
	case digits != "" && len(places) > 0:
		return ". For the block of that name write " + orJoin(places) + "."
	case attribute == "mix" && v.Type() == cty.String && !v.IsNull():
		return ", which goes into formula = \"…\"."
	}
	return stopped(advice(v))
}

// remark warns about mixes that are right but hardly meant.
func (e *evaluator) remark(in *instance) {
	if len(in.mix.form.Terms) == 0 {
		return // an error: checkMass
	}
	if in.mix.approx {
		e.warn(in.mixRange, "Number shortened", "A coefficient has no fraction with a denominator below 2^128: the nearest float64 is taken. Write the decimals that are meant.")
	}
	for _, a := range in.mix.cancelled {
		if in.mix.form.Coef(a).IsZero() {
			e.warn(in.mixRange, "Ingredient cancels out", fmt.Sprintf("%s is added and taken away again: what is left is %s.", a, in.mix.text()))
		}
	}
}

func (e *evaluator) readRelease(in *instance) bool {
	attr := in.block.body.Attributes["model"]
	r := &Release{Address: in.address, Range: in.block.header, FileRange: in.rangeOf("file")}
	ok := e.readPour(in)
	if attr == nil {
		e.missing(in.block, in.block.header, "model", fmt.Sprintf("%s needs model: model = cocktail.name.", in.address))
	} else {
		in.mixRange = attr.Expr.Range()
		var fine bool
		if in.mix, fine = e.model(attr.Expr, in, "model"); fine {
			e.remark(in)
		}
	}
	file, fine := e.required(in, "file", "file = \"out/name.safetensors\"")
	r.File, ok = file, ok && fine
	if fine && !strings.HasSuffix(file, ".safetensors") {
		e.fail(r.FileRange, "Not a .safetensors file", fmt.Sprintf("A release is a .safetensors file: write %s.", quoteHCL(shorten(strings.TrimSuffix(file, path.Ext(file)), 60)+".safetensors")))
		ok = false
	}
	if strings.ContainsRune(file, 0) {
		e.fail(r.FileRange, "File name not usable", "The file name holds a NUL character.")
		ok = false
	}
	read := func(field *string, name string) {
		s, fine := e.text(in, name)
		*field, ok = s, ok && fine
	}
	read(&r.Title, "title")
	read(&r.Description, "description")
	read(&r.Author, "author")
	read(&r.License, "license")
	r.EmbedRecipe, fine = e.flag(in, "embed_recipe", true)
	in.release, in.unsound = r, in.unsound || !ok || !fine
	return in.mix != nil
}

// cleanFile is equal for two spellings of a file, also on file systems that
// ignore case.
func cleanFile(name string) string {
	return strings.ToLower(path.Clean(filepath.ToSlash(name)))
}
