package lang

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// weights evaluates weights and of: "60/20/20" or a list with a list, or a map
// with a map.
func (e *evaluator) weights(in *instance) (*quantity, bool) {
	expr := in.block.body.Attributes["weights"].Expr
	of := in.block.body.Attributes["of"]
	ok := true
	if of == nil {
		e.fail(in.mixRange, "Weights of nothing", "weights needs of = [model.a, model.b] beside it: what is weighed.")
		ok = false
	}
	if text, fix := e.bareDivision(expr); fix != "" {
		e.fail(expr.Range(), "Weights without quotes", fmt.Sprintf("Without quotes %s is a division, %s: write weights = %s.", fix, text, quoteHCL(fix)))
		return nil, false
	}
	v, fine := e.eval(expr, in.scope())
	if !fine || !ok {
		return nil, false
	}
	models, fine := e.eval(of.Expr, in.scope())
	if !fine {
		return nil, false
	}
	var parts []*big.Rat
	var ingredients []cty.Value
	if ty := v.Type(); !v.IsNull() && (ty.IsObjectType() || ty.IsMapType()) {
		parts, ingredients, ok = e.namedWeights(v, models, expr.Range(), of.Expr)
	} else {
		parts, ingredients, ok = e.listedWeights(v, models, expr.Range(), of.Expr.Range())
	}
	if !ok {
		return nil, false
	}
	if problem := checkParts(parts, v.Type() == cty.String && strings.Contains(v.AsString(), "%")); problem != "" {
		e.fail(expr.Range(), "Weights do not add up", problem)
		return nil, false
	}
	return e.weigh(parts, ingredients, of.Expr.Range())
}

// weigh mixes the ingredients in proportion to their parts.
func (e *evaluator) weigh(parts []*big.Rat, ingredients []cty.Value, at hcl.Range) (*quantity, bool) {
	sum := new(big.Rat)
	for _, p := range parts {
		sum.Add(sum, p)
	}
	var terms []Term
	total := &quantity{}
	for i, v := range ingredients {
		q, err := toQuantity(v)
		if err != nil || q.isProfile() {
			e.fail(at, "Not a model", fmt.Sprintf("of holds models; its %s is %s.", ordinal(i+1), describe(v)))
			return nil, false
		}
		scaled, err := q.form.Scale(Scalar(new(big.Rat).Quo(parts[i], sum)))
		if err != nil {
			e.fail(at, "Mix not possible", sentence(err))
			return nil, false
		}
		terms = append(terms, scaled.Terms...)
		total.order = union(total.order, q.order)
		total.cancelled = union(total.cancelled, q.cancelled)
		total.approx = total.approx || q.approx
	}
	var err error
	if total.form, err = NewForm(terms...); err != nil {
		e.fail(at, "Mix not possible", sentence(err))
		return nil, false
	}
	return total, true
}

// listedWeights reads "60/20/20" or [60, 20, 20] with a list of models.
func (e *evaluator) listedWeights(v, models cty.Value, at, ofRange hcl.Range) ([]*big.Rat, []cty.Value, bool) {
	parts, err := weightList(v)
	if err != nil {
		e.fail(at, "Weights not usable", sentence(err))
		return nil, nil, false
	}
	ty := models.Type()
	if models.IsNull() || !(ty.IsTupleType() || ty.IsListType()) {
		e.fail(ofRange, "Weights of nothing", fmt.Sprintf("of is a list of models, as the weights are a list; this is %s.", describe(models)))
		return nil, nil, false
	}
	if n := models.LengthInt(); n != len(parts) {
		e.fail(at, "Weights do not match", fmt.Sprintf("There are %d weights, but %d models in of.", len(parts), n))
		return nil, nil, false
	}
	return parts, models.AsValueSlice(), true
}

// namedWeights reads { a = 60, b = 40 } with { a = model.a, b = model.b }. The
// ingredients keep the order in which of names them.
func (e *evaluator) namedWeights(v, models cty.Value, at hcl.Range, of hclsyntax.Expression) ([]*big.Rat, []cty.Value, bool) {
	if ty := models.Type(); models.IsNull() || !(ty.IsObjectType() || ty.IsMapType()) {
		e.fail(of.Range(), "Weights of nothing", fmt.Sprintf("of is a map of models, as the weights are a map; this is %s.", describe(models)))
		return nil, nil, false
	}
	weights, of2 := v.AsValueMap(), models.AsValueMap()
	for _, name := range sortedKeys(weights) {
		if _, known := of2[name]; !known {
			e.fail(at, "Weights do not match", fmt.Sprintf("weights names %q, which of does not hold%s", name, ending(didYouMean(name, sortedKeys(of2)))))
			return nil, nil, false
		}
	}
	var parts []*big.Rat
	var ingredients []cty.Value
	for _, name := range writtenOrder(of, sortedKeys(of2)) {
		w, known := weights[name]
		if !known {
			e.fail(at, "Weights do not match", fmt.Sprintf("of names %q, which has no weight.", name))
			return nil, nil, false
		}
		r, _, err := ratOf(w)
		if err != nil {
			e.fail(at, "Weights not usable", fmt.Sprintf("The weight %q: %s", name, sentence(err)))
			return nil, nil, false
		}
		parts, ingredients = append(parts, r), append(ingredients, of2[name])
	}
	return parts, ingredients, true
}

// writtenOrder sorts keys as a literal map has them, the others after those.
func writtenOrder(expr hclsyntax.Expression, keys []string) []string {
	var written []string
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			key, diags := pair.Key.Value(nil)
			if diags.HasErrors() || key.Type() != cty.String || !key.IsKnown() || key.IsNull() {
				continue
			}
			if name := key.AsString(); slices.Contains(keys, name) && !slices.Contains(written, name) {
				written = append(written, name)
			}
		}
	}
	for _, key := range keys {
		if !slices.Contains(written, key) {
			written = append(written, key)
		}
	}
	return written
}

// weightList reads the numbers of "60/20/20" or of a list.
func weightList(v cty.Value) ([]*big.Rat, error) {
	ty := v.Type()
	switch {
	case v.IsNull():
		return nil, fmt.Errorf("weights is null: write \"60/20/20\" or a list")
	case ty == cty.String:
		return parseWeights(v.AsString())
	case ty.IsTupleType() || ty.IsListType():
		var parts []*big.Rat
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			r, _, err := ratOf(element)
			if err != nil {
				return nil, fmt.Errorf("weights is a list of numbers: %w", err)
			}
			parts = append(parts, r)
		}
		return parts, nil
	}
	return nil, fmt.Errorf("weights is a text (\"60/20/20\"), a list or a map of numbers, this is %s", describe(v))
}

// parseWeights reads "60/20/20", "60 % / 40 %".
func parseWeights(text string) ([]*big.Rat, error) {
	pieces := strings.Split(text, "/")
	if len(pieces) > maxTerms {
		return nil, errTooManyTerms
	}
	var parts []*big.Rat
	for i, piece := range pieces {
		piece = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(piece), "%"))
		r, ok := parseRat(piece)
		if !ok {
			return nil, fmt.Errorf("%q, the %s weight, is not a number: write numbers with / between them, as in \"60/20/20\"", shorten(piece, 20), ordinal(i+1))
		}
		parts = append(parts, r)
	}
	return parts, nil
}

// checkParts says what is wrong with weights, "" if nothing is. Any parts will
// do that are plainly parts; those that look like per cent must be per cent.
func checkParts(parts []*big.Rat, percent bool) string {
	if len(parts) == 0 {
		return "There are no weights."
	}
	sum, low := new(big.Rat), parts[0]
	for _, p := range parts {
		if p.Sign() < 0 {
			return fmt.Sprintf("A weight is negative (%s): to take something away write a formula or mix.", ratText(p))
		}
		if sum.Add(sum, p); p.Cmp(low) < 0 {
			low = p
		}
	}
	hundred := big.NewRat(100, 1)
	switch {
	case sum.Sign() == 0:
		return "All weights are 0."
	case sum.Cmp(hundred) == 0:
		return ""
	case percent,
		low.Cmp(big.NewRat(5, 1)) >= 0 && sum.Cmp(big.NewRat(50, 1)) >= 0 && sum.Cmp(big.NewRat(150, 1)) <= 0:
		var written []string
		for _, p := range parts {
			written = append(written, ratText(p))
		}
		return fmt.Sprintf("%s looks like per cent, but adds up to %s. Make it 100, or write parts that are plainly parts, as 3/1/1.", shorten(strings.Join(written, "/"), 80), ratText(sum))
	}
	return ""
}

// bareDivision recognises 60/20/20 without quotes; it gives its value and how
// it was meant.
func (e *evaluator) bareDivision(expr hclsyntax.Expression) (value, meant string) {
	if _, ok := expr.(*hclsyntax.BinaryOpExpr); !ok {
		return "", ""
	}
	text := strings.Join(strings.Fields(string(expr.Range().SliceBytes(e.recipe.Files[expr.Range().Filename].Bytes))), "")
	parts, err := parseWeights(text)
	if err != nil || len(parts) < 2 {
		return "", ""
	}
	quotient := parts[0]
	for _, p := range parts[1:] {
		if p.Sign() == 0 {
			return "", ""
		}
		quotient = new(big.Rat).Quo(quotient, p)
	}
	return ratText(quotient), text
}
