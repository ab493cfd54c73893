package lang

import (
	"math/big"
	"slices"
	"strings"
)

// Expression writes c so that a recipe reads it back: 3/5, or a profile as
// by_block("…"). Profiles that mixed the two layouts are a sum of two calls.
func (c Coef) Expression() string {
	if c.uniform() {
		return c.at(0).RatString()
	}
	if c.family == UNet {
		return c.patterns()
	}
	if c.family == SD1 && c.at(1).Cmp(c.at(0)) != 0 {
		// 26 numbers have none for the VAE: patterns do, of which one that counts for
		// nothing makes a profile of SD 1.x.
		both, _ := spread("", c.at(0), c.at(1), c.At)
		both.values[2], both.values[3] = c.at(2), c.at(2)
		return "(" + both.patterns() + ` + 0 * by_block("IN11", 1, "*", 0))`
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

// patterns writes a profile of both families.
func (c Coef) patterns() string {
	const in00 = 4
	base, vae, embeddings := c.at(0), c.at(1), c.at(2)
	blocks := slices.Clone(c.values[in00:])
	if rest := new(big.Rat).Sub(blocks[0], embeddings); rest.Sign() != 0 && embeddings.Cmp(base) == 0 {
		return patternCall(base, vae, blocks, LayoutMecha)
	} else if rest.Sign() != 0 {
		extra := slices.Repeat([]*big.Rat{zeroRat}, len(blocks))
		extra[0], blocks[0] = rest, embeddings
		return "(" + patternCall(base, vae, blocks, "") + " + " + patternCall(zeroRat, zeroRat, extra, LayoutMecha) + ")"
	}
	return patternCall(base, vae, blocks, "")
}

func patternCall(base, vae *big.Rat, blocks []*big.Rat, layout string) string {
	names, numbers := []string{"BASE"}, []*big.Rat{base}
	if vae.Cmp(base) != 0 {
		names, numbers = append(names, "VAE"), append(numbers, vae)
	}
	for i := 0; i < len(blocks); {
		j := i + 1
		for j < len(blocks) && blocks[j].Cmp(blocks[i]) == 0 {
			j++
		}
		names, numbers = append(names, blockRun(unetBlocks, i, j)), append(numbers, blocks[i])
		i = j
	}
	texts, divisor := decimals(numbers)
	var parts []string
	for i, name := range names {
		parts = append(parts, `"`+name+`", `+texts[i])
	}
	return call(strings.Join(parts, ", "), layout, divisor)
}

// profileCall writes 26, 20 or 21 numbers.
func profileCall(numbers []*big.Rat, layout string) string {
	texts, divisor := decimals(numbers)
	return call(`"`+strings.Join(texts, ", ")+`"`, layout, divisor)
}

// decimals writes numbers exactly, over a common divisor where their own
// decimals would not end.
func decimals(numbers []*big.Rat) (texts []string, divisor *big.Rat) {
	divisor = new(big.Rat).SetInt64(1)
	for _, n := range numbers {
		if _, exact := n.FloatPrec(); !exact {
			g := new(big.Int).GCD(nil, nil, divisor.Num(), n.Denom())
			divisor.SetInt(new(big.Int).Mul(divisor.Num(), new(big.Int).Quo(n.Denom(), g)))
		}
	}
	for _, n := range numbers {
		scaled := new(big.Rat).Mul(n, divisor)
		places, _ := scaled.FloatPrec()
		texts = append(texts, scaled.FloatString(places))
	}
	return texts, divisor
}

func call(args, layout string, divisor *big.Rat) string {
	text := "by_block(" + args
	if layout != "" {
		text += `, { layout = "` + layout + `" }`
	}
	text += ")"
	if divisor.Cmp(oneRat) != 0 {
		text += " / " + divisor.RatString()
	}
	return text
}
