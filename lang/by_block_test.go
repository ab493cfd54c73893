package lang

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// profileOf evaluates an expression that is a profile: the share of model.a.
func profileOf(t testing.TB, expr string) Coef {
	t.Helper()
	r := recipe(t, twoModels+"locals { w = "+expr+" }\nvodka \"x\" { mix = local.w * model.a + (1 - local.w) * model.b }\n")
	return r.mix(t, "vodka.x").Form.Coef("model.a")
}

// TestPresets holds the closed forms against figures of SuperMerger's
// mbwpresets_master.txt and sd-meh's presets.py: at IN01, IN07, IN09, OUT00 and
// OUT07, in as many digits as these print, or a character for each block.
func TestPresets(t *testing.T) {
	places := []string{"IN01", "IN07", "IN09", "OUT00", "OUT07"}
	digits := map[byte]string{'0': "0", '1': "1", 'h': "0.5", 'q': "0.25", 't': "0.75"}
	published := map[string]string{
		"smoothstep":         "0.00506365740740741 0.205584490740741 0.31640625 0.562355324074074 0.925925925925926",
		"smoothstep*2":       "0.0101273148148148 0.411168981481482 0.6328125 0.875289351851852 0.148148148148148",
		"smoothstep*3":       "0.0151909722222222 0.616753472222222 0.94921875 0.312934027777778 0.777777777777778",
		"smoothstep*4":       "0.0202546296296296 0.822337962962963 0.734375 0.249421296296296 0.296296296296297",
		"smoothstep/2":       "0.0196759259259259 0.623842592592593 0.84375 0.980324074074074 0.259259259259259",
		"smoothstep/3":       "0.04296875 0.95703125 0.95703125 0.31640625 0.5",
		"smoothstep/4":       "0.0740740740740741 0.925925925925926 0.5 0.0740740740740741 0.740740740740741",
		"cosine":             "0.995722430686905 0.80438071450436 0.691341716182545 0.434736903889974 0.0669872981077805",
		"true_cubic_hermite": "0.199031876929012 0.597360869984568 0.589029947916667 0.49438777970679 0.543209876543211",
		"fake_cubic_hermite": "0.157576195987654 0.564260223765432 0.560546875 0.476152584876543 0.540123456790124",
		"grad_v":             "0.9166666667 0.4166666667 0.25 0.0833333333 0.6666666667",
		"grad_a":             "0.0833333333 0.5833333333 0.75 0.9166666667 0.3333333333",
		"wrap08":             "1111000000000000000001111",
		"wrap12":             "1111110000000000000111111",
		"wrap14":             "1111111000000000001111111",
		"wrap16":             "1111111100000000011111111",
		"mid12_50":           "00000hhhhhhhhhhhhhh000000",
		"out07":              "0000000000000000001111111",
		"out12":              "0000000000000111111111111",
		"out12_5":            "000000000000h111111111111",
		"ring08_soft":        "00000h111h00000h111h00000",
		"ring08_5":           "0000001111000001111000000",
		"ring10_5":           "0000011111000001111100000",
		"ring10_3":           "0000001111100011111000000",
		"flat_25":            "qqqqqqqqqqqqqqqqqqqqqqqqq",
		"flat_75":            "ttttttttttttttttttttttttt",
		"all_a":              "0000000000000000000000000",
		"all_b":              "1111111111111111111111111",
	}
	for name, text := range published {
		c := profileOf(t, fmt.Sprintf("by_block(%q)", strings.ToUpper(name)))
		want := strings.Fields(text)
		blocks := places
		if len(want) == 1 {
			blocks, want = unetBlocks, nil
			for i := range len(text) {
				want = append(want, digits[text[i]])
			}
		}
		for i, block := range blocks {
			decimals := len(want[i]) - 2
			if got := c.At(block).FloatString(max(decimals, 0)); !close(got, want[i], decimals) {
				t.Errorf("%s at %s: %s, published %s", name, block, got, want[i])
			}
		}
		if base := c.At("CLIP"); base.Cmp(big.NewRat(btoi64(name == "all_b"), 1)) != 0 {
			t.Errorf("%s: BASE is %s", name, base)
		}
	}
	// The ends, and those that go back.
	for name, p := range presets() {
		forth := strings.NewReplacer("r_", "", "reverse_", "").Replace(name)
		q, ok := presets()[forth]
		if !ok || published[forth] == "" {
			t.Errorf("%s: there is no %s", name, forth)
			continue
		}
		for i := range int64(25) {
			want := q.at(i)
			if forth != name {
				want = new(big.Rat).Sub(oneRat, want)
			}
			if got := p.at(i); got.Cmp(want) != 0 || got.Sign() < 0 || got.Cmp(oneRat) > 0 {
				t.Errorf("%s at %d: %s, want %s", name, i, got, want)
			}
		}
	}
}

// close allows a unit in the last place that was published, of fifteen places a
// few: those were computed in binary.
func close(got, want string, decimals int) bool {
	if decimals <= 0 {
		return got == want
	}
	a, _ := new(big.Rat).SetString(got)
	b, _ := new(big.Rat).SetString(want)
	ulp := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	if decimals >= 15 {
		ulp.Mul(ulp, big.NewRat(100, 1))
	}
	return a.Sub(a, b).Abs(a).Cmp(ulp) <= 0
}

// TestHalfCosines adds up the series of the cosine in big numbers.
func TestHalfCosines(t *testing.T) {
	pi, _ := new(big.Float).SetPrec(200).SetString("3.14159265358979323846264338327950288419716939937510582097494")
	for i, want := range halfCosines {
		x := new(big.Float).SetPrec(200).Quo(new(big.Float).Mul(pi, big.NewFloat(float64(i))), big.NewFloat(24))
		sum, term := big.NewFloat(1).SetPrec(200), big.NewFloat(1).SetPrec(200)
		for n := 2; n < 60; n += 2 {
			term.Mul(term, x).Mul(term, x).Quo(term, big.NewFloat(float64(-n*(n-1))))
			sum.Add(sum, term)
		}
		sum.Add(sum, big.NewFloat(1)).Quo(sum, big.NewFloat(2)).Mul(sum, big.NewFloat(1e15)).Add(sum, big.NewFloat(0.5))
		if got, _ := sum.Int64(); got != want {
			t.Errorf("%d: %d, want %d", i, want, got)
		}
	}
}

// TestPatterns compares random lists of patterns with a reference that looks at
// one block after the other.
func TestPatterns(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	all := append([]string{"BASE"}, unetBlocks...)
	for range 400 {
		var pieces []string
		var args []string
		for range 1 + rng.IntN(5) {
			i := 1 + rng.IntN(25)
			j := i + rng.IntN(26-i)
			p := []string{all[i], all[i] + "-" + all[j], "IN*", "out*", "IN0?", "*1", "BASE", "VAE", "M00, " + all[j], strings.ToLower(all[j])}[rng.IntN(10)]
			pieces = append(pieces, p)
			args = append(args, strconv.Quote(p), strconv.Itoa(len(args)))
		}
		pieces = append(pieces, "*")
		args = append(args, `"*"`, strconv.Itoa(len(args)))
		options := []string{"", `, { layout = "mecha" }`}[rng.IntN(2)]
		text := "by_block(" + strings.Join(args, ", ") + options + ")"

		value := map[string]int{}
		useful := make([]bool, len(pieces))
		for _, block := range append(all, "VAE") {
			for n, p := range pieces {
				if hits(p, block) {
					value[block], useful[n] = 2*n, true
					break
				}
			}
		}
		r, diags := load(twoModels + "vodka \"x\" { mix = " + text + " * model.a + (1 - " + text + ") * model.b }\n")
		if slices.Contains(useful[:len(useful)-1], false) {
			if !diags.HasErrors() {
				t.Fatalf("%s: a pattern without effect", text)
			}
			continue
		}
		if diags.HasErrors() {
			t.Fatalf("%s: %v", text, diags)
		}
		c := r.mix(t, "vodka.x").Form.Coef("model.a")
		for _, block := range Blocks(SD1) {
			source := block
			switch {
			case block == "CLIP":
				source = "BASE"
			case block == "VAE" && !slices.ContainsFunc(pieces, func(p string) bool { return hits(p, "VAE") }):
				source = "BASE"
			case block == "TIME" && options == "":
				source = "IN00"
			case block == "TIME":
				source = "BASE"
			}
			if got := c.At(block); got.Cmp(big.NewRat(int64(value[source]), 1)) != 0 {
				t.Fatalf("%s: %s is %s, want %d", text, block, got, value[source])
			}
		}
		if again := profileOf(t, c.Expression()); again.Canonical() != c.Canonical() {
			t.Fatalf("%s is written %s, which reads %s", text, c.Expression(), again.Canonical())
		}
	}
}

// hits tells whether a pattern names a block, in a way of its own.
func hits(pattern, block string) bool {
	order := "BASE " + strings.Join(unetBlocks, " ")
	for _, piece := range strings.Fields(strings.ToUpper(strings.ReplaceAll(pattern, ",", " "))) {
		if first, last, ok := strings.Cut(piece, "-"); ok {
			at := strings.Index(order, block)
			if at >= strings.Index(order, first) && at <= strings.Index(order, last) && block != "VAE" {
				return true
			}
		} else if block == "VAE" {
			if piece == "VAE" {
				return true
			}
		} else if regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(piece) + "$").MatchString(block) {
			return true
		}
	}
	return false
}

// A profile of both families becomes one of the family that it meets.
func TestProfileOfBothFamilies(t *testing.T) {
	for _, c := range []struct {
		expr   string
		family Family
	}{
		{`by_block("IN*", 0.2, "*", 0.5)`, UNet},
		{`by_block("grad_v")`, UNet},
		{`by_block("IN11", 0.2, "*", 0.5)`, SD1},
		{`by_block("IN00-IN11", 0.2, "*", 0.5)`, UNet},
		{`by_block("grad_v") * by_block("IN11", 0.2, "*", 0.5)`, SD1},
		{`by_block("grad_v") + 0 * by_block("0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5")`, SDXL},
	} {
		p := profileOf(t, c.expr)
		if p.Family() != c.family {
			t.Errorf("%s is of %q, want %q", c.expr, p.Family(), c.family)
		}
		if again := profileOf(t, p.Expression()); again.Canonical() != p.Canonical() {
			t.Errorf("%s is written %s", c.expr, p.Expression())
		}
	}
	// By name, as SuperMerger turns 26 numbers into 20.
	sdxl := profileOf(t, `by_block("grad_a") + 0 * by_block("0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5")`)
	for block, want := range map[string]*big.Rat{"IN08": big.NewRat(8, 12), "M00": big.NewRat(1, 1), "OUT00": big.NewRat(11, 12), "OUT08": big.NewRat(3, 12), "CLIP": new(big.Rat), "LABEL": new(big.Rat)} {
		if got := sdxl.At(block); got.Cmp(want) != 0 {
			t.Errorf("%s: %s, want %s", block, got, want)
		}
	}
	if UNet.Has(SD1) != true || UNet.Has(SDXL) != true || SD1.Has(SDXL) || AnyFamily.Has(SDXL) != true {
		t.Error("Has")
	}
}
