package lang

import (
	"errors"
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
		if !in.block.misspelt["of"] {
			e.fail(in.mixRange, "Weights of nothing", "weights needs of = [model.a, model.b] beside it: what is weighed.")
		}
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
	var parts shares
	var ingredients []cty.Value
	if ty := v.Type(); !v.IsNull() && (ty.IsObjectType() || ty.IsMapType()) {
		parts, ingredients, ok = e.namedWeights(v, models, expr.Range(), of.Expr)
	} else {
		parts, ingredients, ok = e.listedWeights(v, models, expr.Range(), of.Expr.Range())
	}
	if !ok {
		return nil, false
	}
	sum, err := parts.sum()
	if err != nil {
		e.fail(expr.Range(), "Weights not usable", sentence(err))
		return nil, false
	}
	if parts.lookLikePercent(sum) || v.Type() == cty.String && strings.Contains(v.AsString(), "%") && sum.Cmp(hundred) != 0 {
		e.fail(expr.Range(), "Weights do not add up", fmt.Sprintf("%s looks like per cent, but adds up to %s. Make it 100, or write parts that are plainly parts, as 3/1/1.", parts, ratText(sum)))
		return nil, false
	}
	if whole := parts.nearlyWhole(sum); whole != nil {
		e.warn(expr.Range(), "Parts that nearly add up", fmt.Sprintf("%s add up to %s, not %s: they are taken as parts, the first as %s %%.", parts, ratText(sum), ratText(whole), percentText(new(big.Rat).Quo(parts.parts[0], sum))))
	}
	return e.weigh(parts, sum, ingredients, of.Expr.Range())
}

// shares are weights as written.
type shares struct {
	parts  []*big.Rat
	approx bool // one had to be shortened
}

// weigh mixes the ingredients in proportion to their parts.
func (e *evaluator) weigh(weights shares, sum *big.Rat, ingredients []cty.Value, at hcl.Range) (*quantity, bool) {
	var terms []Term
	var order, cancelled ordered
	total := &quantity{approx: weights.approx}
	for i, v := range ingredients {
		q, err := toQuantity(v)
		if err != nil || q.isProfile() {
			e.fail(at, "Not a model", fmt.Sprintf("of holds models; the %s in it is %s%s", ordinal(i+1), describe(v), e.modelAdvice(v, "of")))
			return nil, false
		}
		scaled, err := q.form.Scale(Scalar(new(big.Rat).Quo(weights.parts[i], sum)))
		if err != nil {
			e.fail(at, "Mix not possible", sentence(err))
			return nil, false
		}
		if terms = append(terms, scaled.Terms...); e.budget.spend(scaled.size()) != nil {
			e.add(tooMuchWork(&at))
			return nil, false
		}
		order.add(q.order...)
		cancelled.add(q.cancelled...)
		total.approx = total.approx || q.approx
	}
	total.order, total.cancelled = order.list, cancelled.list
	var err error
	if total.form, err = NewForm(terms...); err != nil {
		e.fail(at, "Mix not possible", sentence(err))
		return nil, false
	}
	return total, true
}

// listedWeights reads "60/20/20" or [60, 20, 20] with a list of models.
func (e *evaluator) listedWeights(v, models cty.Value, at, ofRange hcl.Range) (shares, []cty.Value, bool) {
	weights, err := weightList(v)
	if err != nil {
		e.fail(at, "Weights not usable", sentence(err))
		return shares{}, nil, false
	}
	ty := models.Type()
	if models.IsNull() || !(ty.IsTupleType() || ty.IsListType()) {
		e.fail(ofRange, "Weights of nothing", fmt.Sprintf("of is a list of models, as the weights are a list; this is %s.", describe(models)))
		return shares{}, nil, false
	}
	if n := models.LengthInt(); n != len(weights.parts) {
		hint := ""
		if ty := v.Type(); len(weights.parts) == 2*n && (ty.IsTupleType() || ty.IsListType()) {
			hint = " Decimals are written with a point: [0.6, 0.4]."
		}
		e.fail(at, "Weights do not match", fmt.Sprintf("There are %s, but %s in of.%s", counted(len(weights.parts), "weight"), counted(n, "model"), hint))
		return shares{}, nil, false
	}
	return weights, models.AsValueSlice(), true
}

// namedWeights reads { a = 60, b = 40 } with { a = model.a, b = model.b }. The
// ingredients keep the order in which of names them.
func (e *evaluator) namedWeights(v, models cty.Value, at hcl.Range, of hclsyntax.Expression) (shares, []cty.Value, bool) {
	if ty := models.Type(); models.IsNull() || !(ty.IsObjectType() || ty.IsMapType()) {
		e.fail(of.Range(), "Weights of nothing", fmt.Sprintf("of is a map of models, as the weights are a map; this is %s.", describe(models)))
		return shares{}, nil, false
	}
	weights, of2 := v.AsValueMap(), models.AsValueMap()
	for _, name := range sortedKeys(weights) {
		if _, known := of2[name]; !known {
			e.fail(at, "Weights do not match", fmt.Sprintf("weights names %q, which of does not hold%s", name, ending(e.didYouMean(name, sortedKeys(of2)))))
			return shares{}, nil, false
		}
	}
	var parts shares
	var ingredients []cty.Value
	for _, name := range writtenOrder(of, sortedKeys(of2)) {
		w, known := weights[name]
		if !known {
			e.fail(at, "Weights do not match", fmt.Sprintf("of names %q, which has no weight.", name))
			return shares{}, nil, false
		}
		if err := parts.add(w); err != nil {
			e.fail(at, "Weights not usable", fmt.Sprintf("The weight %q: %s", name, stopped(err.Error())))
			return shares{}, nil, false
		}
		ingredients = append(ingredients, of2[name])
	}
	return parts, ingredients, true
}

// writtenOrder sorts keys as a literal map has them, the others after those.
func writtenOrder(expr hclsyntax.Expression, keys []string) []string {
	var written []string
	missing := make(map[string]bool, len(keys))
	for _, key := range keys {
		missing[key] = true
	}
	add := func(key string) {
		if missing[key] {
			missing[key] = false
			written = append(written, key)
		}
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			key, diags := pair.Key.Value(nil)
			if !diags.HasErrors() && key.Type() == cty.String && key.IsKnown() && !key.IsNull() {
				add(key.AsString())
			}
		}
	}
	for _, key := range keys {
		add(key)
	}
	return written
}

func (s *shares) add(v cty.Value) error {
	r, approx, err := ratOf(v)
	s.parts, s.approx = append(s.parts, r), s.approx || approx
	return err
}

// weightList reads the numbers of "60/20/20" or of a list.
func weightList(v cty.Value) (weights shares, err error) {
	ty := v.Type()
	switch {
	case v.IsNull():
		return shares{}, errors.New("null is no weight: write \"60/20/20\" or a list")
	case ty == cty.String:
		weights.parts, err = parseWeights(v.AsString())
		return weights, err
	case ty.IsTupleType() || ty.IsListType():
		for it := v.ElementIterator(); it.Next(); {
			_, element := it.Element()
			if err := weights.add(element); err != nil {
				return shares{}, fmt.Errorf("the %s weight: %w", ordinal(len(weights.parts)), err)
			}
		}
		return weights, nil
	}
	return shares{}, fmt.Errorf("a text (\"60/20/20\"), a list or a map of numbers is needed, this is %s", describe(v))
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
		if _, decimal := parseRat(strings.Replace(piece, ",", ".", 1)); !ok && decimal {
			return nil, fmt.Errorf("%q, the %s weight, has a comma: decimals are written with a point, as in \"0.6/0.4\"", shorten(piece, 20), ordinal(i+1))
		}
		if !ok {
			return nil, fmt.Errorf("%q, the %s weight, is not a number: write numbers with / between them, as in \"60/20/20\"", shorten(piece, 20), ordinal(i+1))
		}
		parts = append(parts, r)
	}
	return parts, nil
}

// sum adds the weights up; it is an error if nothing can be mixed with them.
func (s shares) sum() (*big.Rat, error) {
	total := Coef{}
	for _, p := range s.parts {
		if p.Sign() < 0 {
			return nil, fmt.Errorf("a weight is negative (%s): to take something away write a formula or mix", ratText(p))
		}
		var err error
		if total, err = total.Add(Scalar(p)); err != nil {
			return nil, err
		}
	}
	switch sum := total.at(0); {
	case len(s.parts) == 0:
		return nil, errors.New("there are no weights")
	case sum.Sign() == 0:
		return nil, errors.New("all weights are 0")
	default:
		return sum, nil
	}
}

var hundred = big.NewRat(100, 1)

// lookLikePercent tells per cent that do not add up from parts: any parts will
// do that are plainly parts.
func (s shares) lookLikePercent(sum *big.Rat) bool {
	low := slices.MinFunc(s.parts, (*big.Rat).Cmp)
	return sum.Cmp(hundred) != 0 && low.Cmp(big.NewRat(5, 1)) >= 0 && sum.Cmp(big.NewRat(50, 1)) >= 0 && sum.Cmp(big.NewRat(150, 1)) <= 0
}

// nearlyWhole is the 100 or 1 that parts hardly miss, nil if they do not.
func (s shares) nearlyWhole(sum *big.Rat) *big.Rat {
	near := func(whole *big.Rat, percent int64) bool {
		miss := new(big.Rat).Sub(sum, whole)
		return miss.Sign() != 0 && miss.Abs(miss).Cmp(new(big.Rat).Mul(whole, big.NewRat(percent, 100))) <= 0
	}
	high := slices.MaxFunc(s.parts, (*big.Rat).Cmp)
	switch {
	case len(s.parts) < 2:
	case high.Cmp(big.NewRat(20, 1)) >= 0 && near(hundred, 10):
		return hundred
	case high.Cmp(oneRat) < 0 && near(oneRat, 20):
		return oneRat
	}
	return nil
}

func (s shares) String() string {
	var written []string
	for _, p := range s.parts[:min(len(s.parts), 20)] {
		written = append(written, ratText(p))
	}
	return shorten(strings.Join(written, "/"), 80)
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
