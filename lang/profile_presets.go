package lang

import (
	"math/big"
	"slices"
	"strings"
	"sync"
)

// preset is a profile under a name that SuperMerger gave it: what BASE gets, and
// a number for each of the 25 blocks of the U-Net, IN00 (0) to M00 (12) to OUT11
// (24).
type preset struct {
	base int64
	at   func(i int64) *big.Rat
}

// presets are closed forms of SuperMerger's mbwpresets_master.txt and sd-meh's
// presets.py: what these write out in decimals is exact here, 1/12 where they
// have 0.0833333333.
var presets = sync.OnceValue(func() map[string]preset {
	list := map[string]preset{
		"all_a": {at: whole(func(int64) int64 { return 0 })},
		"all_b": {base: 1, at: whole(func(int64) int64 { return 1 })},
		// A valley and a mountain, one twelfth a block.
		"grad_v": {at: func(i int64) *big.Rat { return big.NewRat(max(12-i, i-12), 12) }},
		"grad_a": {at: func(i int64) *big.Rat { return big.NewRat(12-max(12-i, i-12), 12) }},

		"flat_25": {at: func(int64) *big.Rat { return big.NewRat(1, 4) }},
		"flat_75": {at: func(int64) *big.Rat { return big.NewRat(3, 4) }},
		// As many blocks at both ends together.
		"wrap08": ends(4), "wrap12": ends(6), "wrap14": ends(7), "wrap16": ends(8),

		"mid12_50": {at: func(i int64) *big.Rat { return big.NewRat(btoi64(i >= 5 && i <= 18), 2) }},
		"out07":    {at: whole(func(i int64) int64 { return btoi64(i >= 18) })},
		"out12":    {at: whole(func(i int64) int64 { return btoi64(i >= 13) })},
		"out12_5":  {at: func(i int64) *big.Rat { return big.NewRat(btoi64(i >= 12)+btoi64(i >= 13), 2) }},
		// Two rings around the middle: from the block of that distance to the other.
		"ring08_soft": {at: func(i int64) *big.Rat {
			d := max(12-i, i-12)
			return big.NewRat(btoi64(d >= 3 && d <= 7)+btoi64(d >= 4 && d <= 6), 2)
		}},
		"ring08_5": {at: whole(func(i int64) int64 { return btoi64(i >= 6 && i <= 9 || i >= 15 && i <= 18) })},
		"ring10_5": {at: whole(func(i int64) int64 { return btoi64(i >= 5 && i <= 9 || i >= 15 && i <= 19) })},
		"ring10_3": {at: whole(func(i int64) int64 { return btoi64(i >= 6 && i <= 10 || i >= 14 && i <= 18) })},

		"smoothstep":         {at: func(i int64) *big.Rat { return smoothstep(big.NewRat(i, 24)) }},
		"cosine":             {at: cosine},
		"fake_cubic_hermite": {at: func(i int64) *big.Rat { return hermite(big.NewRat(i, 24)) }},
		"true_cubic_hermite": {at: func(i int64) *big.Rat {
			x := big.NewRat(i, 24)
			y := hermite(x)
			if i > 0 { // h₀₀ times the step
				y.Add(y, new(big.Rat).Quo(reversed(smoothstep(x)), big.NewRat(24, 1)))
			}
			return y
		}},
	}
	for _, q := range []int64{2, 3, 4} {
		digit := string(rune('0' + q))
		list["smoothstep*"+digit] = preset{at: func(i int64) *big.Rat {
			return fold(new(big.Rat).Mul(big.NewRat(q, 1), smoothstep(big.NewRat(i, 24))))
		}}
		list["smoothstep/"+digit] = preset{at: func(i int64) *big.Rat { return smoothstep(fold(big.NewRat(q*i, 24))) }}
	}
	for _, name := range []string{"smoothstep", "smoothstep*2", "smoothstep*3", "smoothstep*4", "smoothstep/2", "smoothstep/3", "smoothstep/4", "cosine", "fake_cubic_hermite", "true_cubic_hermite"} {
		forth := list[name].at
		back := preset{at: func(i int64) *big.Rat { return reversed(forth(i)) }}
		switch {
		case strings.ContainsAny(name, "*/"):
			list["r_"+name] = back
		case strings.Contains(name, "_"):
			kind, rest, _ := strings.Cut(name, "_")
			list[kind+"_reverse_"+rest] = back
		default:
			list["reverse_"+name] = back
		}
	}
	return list
})

// presetNamed finds a preset however people write its name.
func presetNamed(name string) (preset, bool) {
	p, ok := presets()[strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "-", "_")]
	return p, ok
}

// profile gives a preset to the blocks of both families, by their names. So does
// SuperMerger where it takes 26 numbers for SDXL.
func (p preset) profile(layout string) (Coef, error) {
	return spread(layout, big.NewRat(p.base, 1), nil, func(block string) *big.Rat {
		return p.at(int64(slices.Index(unetBlocks, block)))
	})
}

func whole(f func(i int64) int64) func(i int64) *big.Rat {
	return func(i int64) *big.Rat { return big.NewRat(f(i), 1) }
}

func ends(n int64) preset {
	return preset{at: whole(func(i int64) int64 { return btoi64(i < n || i > 24-n) })}
}

func btoi64(b bool) int64 { return int64(btoi(b)) }

// smoothstep is 3x² − 2x³.
func smoothstep(x *big.Rat) *big.Rat {
	square := new(big.Rat).Mul(x, x)
	y := new(big.Rat).Sub(big.NewRat(3, 1), new(big.Rat).Mul(big.NewRat(2, 1), x))
	return y.Mul(y, square)
}

// fold goes up from 0 to 1 and down again, and so on.
func fold(x *big.Rat) *big.Rat {
	two := big.NewRat(2, 1)
	rounds := new(big.Int).Quo(x.Num(), new(big.Int).Mul(x.Denom(), two.Num()))
	y := new(big.Rat).Sub(x, new(big.Rat).Mul(two, new(big.Rat).SetInt(rounds)))
	if y.Cmp(oneRat) > 0 {
		y.Sub(two, y)
	}
	return y
}

// reversed is 1 − y.
func reversed(y *big.Rat) *big.Rat { return new(big.Rat).Sub(oneRat, y) }

// hermite is h₀₁ + 25/6 (h₁₀ + h₁₁), of the cubic Hermite basis: 3x² − 2x³ +
// 25/6 (2x³ − 3x² + x).
func hermite(x *big.Rat) *big.Rat {
	step := smoothstep(x)
	slope := new(big.Rat).Sub(x, step)
	return step.Add(step, slope.Mul(slope, big.NewRat(25, 6)))
}

// halfCosines are (1 + cos πi/24) / 2 for i = 0 … 12, rounded to 10⁻¹⁵: cosines
// are no fractions.
var halfCosines = [13]int64{
	1_000_000_000_000_000, 995_722_430_686_905, 982_962_913_144_534, 961_939_766_255_643, 933_012_701_892_219,
	896_676_670_145_618, 853_553_390_593_274, 804_380_714_504_360, 750_000_000_000_000,
	691_341_716_182_545, 629_409_522_551_260, 565_263_096_110_026, 500_000_000_000_000,
}

// cosine is exactly symmetric: its two halves add up to 1.
func cosine(i int64) *big.Rat {
	if i > 12 {
		return reversed(cosine(24 - i))
	}
	return big.NewRat(halfCosines[i], 1_000_000_000_000_000)
}
