package lang

import (
	"math/big"
	"strings"
)

// Expression writes c so that a recipe reads it back: 3/5, or a profile as
// by_block("…"). Profiles that mixed the two layouts are a sum of two calls.
func (c Coef) Expression() string {
	if c.uniform() {
		return c.at(0).RatString()
	}
	// Places in values: CLIP, VAE, TIME, (LABEL,) IN00…
	in00 := 3
	numbers := []*big.Rat{c.at(0)}
	if c.family == SDXL {
		in00 = 4
	}
	time := c.at(2)
	numbers = append(numbers, time) // IN00, as TIME has it; corrected below
	for i := in00 + 1; i < len(c.values); i++ {
		numbers = append(numbers, c.at(i))
	}
	if c.family == SDXL && c.at(1).Cmp(c.at(0)) != 0 {
		numbers = append(numbers, c.at(1))
	}
	switch rest := new(big.Rat).Sub(c.at(in00), time); {
	case rest.Sign() == 0:
		return profileCall(numbers, "")
	case time.Cmp(c.at(0)) == 0:
		numbers[1] = c.at(in00)
		return profileCall(numbers, LayoutMecha)
	default:
		extra := make([]*big.Rat, len(numbers))
		for i := range extra {
			extra[i] = zeroRat
		}
		extra[1] = rest
		return "(" + profileCall(numbers, "") + " + " + profileCall(extra, LayoutMecha) + ")"
	}
}

// profileCall writes the call, over a common denominator where decimals would
// not be exact.
func profileCall(numbers []*big.Rat, layout string) string {
	whole := new(big.Rat).SetInt64(1)
	for _, n := range numbers {
		if _, exact := n.FloatPrec(); !exact {
			g := new(big.Int).GCD(nil, nil, whole.Num(), n.Denom())
			whole.SetInt(new(big.Int).Mul(whole.Num(), new(big.Int).Quo(n.Denom(), g)))
		}
	}
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		scaled := new(big.Rat).Mul(n, whole)
		places, _ := scaled.FloatPrec()
		texts[i] = scaled.FloatString(places)
	}
	call := `by_block("` + strings.Join(texts, ", ") + `"`
	if layout != "" {
		call += `, { layout = "` + layout + `" }`
	}
	call += ")"
	if !whole.IsInt() || whole.Num().Cmp(oneRat.Num()) != 0 {
		call += " / " + whole.RatString()
	}
	return call
}
