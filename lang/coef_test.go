package lang

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		family      Family
		n           int
		first, last string
	}{{AnyFamily, 0, "", ""}, {SD1, 28, "CLIP VAE TIME IN00 IN01", "OUT10 OUT11"}, {SDXL, 23, "CLIP VAE TIME LABEL IN00", "OUT07 OUT08"}} {
		blocks := Blocks(c.family)
		text := strings.Join(blocks, " ")
		if len(blocks) != c.n || !strings.HasPrefix(text, c.first) || !strings.HasSuffix(text, c.last) {
			t.Errorf("%q: %d blocks, %s", c.family, len(blocks), text)
		}
	}
	Blocks(SD1)[0] = "changed"
	if Blocks(SD1)[0] != "CLIP" {
		t.Error("Blocks gives its own list away")
	}
}

// numbered makes n different numbers: 1, 2, …
func numbered(n int) []*big.Rat {
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = big.NewRat(int64(i+1), 1)
	}
	return out
}

// Where the numbers of the lists in use go.
func TestNewProfile(t *testing.T) {
	for _, c := range []struct {
		layout string
		n      int
		family Family
		want   map[string]int64 // number by block, counted from 1
	}{
		{"", 26, SD1, map[string]int64{"CLIP": 1, "VAE": 1, "TIME": 2, "IN00": 2, "IN01": 3, "IN11": 13, "M00": 14, "OUT00": 15, "OUT11": 26, "no such block": 1}},
		{LayoutSupermerger, 26, SD1, map[string]int64{"TIME": 2}},
		{LayoutMecha, 26, SD1, map[string]int64{"CLIP": 1, "VAE": 1, "TIME": 1, "IN00": 2, "OUT11": 26}},
		{"", 20, SDXL, map[string]int64{"CLIP": 1, "VAE": 1, "TIME": 2, "LABEL": 2, "IN00": 2, "IN08": 10, "M00": 11, "OUT00": 12, "OUT08": 20}},
		{"", 21, SDXL, map[string]int64{"CLIP": 1, "VAE": 21, "TIME": 2, "LABEL": 2, "IN00": 2, "M00": 11, "OUT08": 20}},
		{LayoutMecha, 21, SDXL, map[string]int64{"CLIP": 1, "VAE": 21, "TIME": 1, "LABEL": 1, "IN00": 2}},
	} {
		p, err := NewProfile(c.layout, numbered(c.n))
		if err != nil || p.Family() != c.family || p.IsScalar() {
			t.Errorf("%q, %d numbers: family %q, %v", c.layout, c.n, p.Family(), err)
			continue
		}
		for block, want := range c.want {
			if got := p.At(block); got.Cmp(big.NewRat(want, 1)) != 0 {
				t.Errorf("%q, %d numbers: %s is %v, want %d", c.layout, c.n, block, got, want)
			}
		}
	}
	for _, c := range []struct {
		layout string
		n      int
		want   string
	}{
		{"", 25, "not 25"}, {"", 0, "not 0"}, {"", 27, "not 27"}, {"", 19, "not 19"}, {"supermerge", 26, "did you mean supermerger?"},
	} {
		if _, err := NewProfile(c.layout, numbered(c.n)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %d numbers: %v, want %q", c.layout, c.n, err, c.want)
		}
	}
}

// The arithmetic of profiles is that of their numbers.
func TestCoefArithmetic(t *testing.T) {
	coef := rapid.Custom(func(t *rapid.T) Coef {
		number := func(label string) *big.Rat {
			return big.NewRat(rapid.Int64Range(-9, 9).Draw(t, label), rapid.Int64Range(1, 9).Draw(t, label))
		}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return Coef{}
		case 1:
			return Scalar(number("scalar"))
		}
		numbers := make([]*big.Rat, 26)
		for i := range numbers {
			numbers[i] = number("block")
		}
		p, err := NewProfile(rapid.SampledFrom([]string{"", LayoutMecha}).Draw(t, "layout"), numbers)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
	rapid.Check(t, func(t *rapid.T) {
		c, d := coef.Draw(t, "c"), coef.Draw(t, "d")
		for _, op := range []struct {
			name  string
			coefs func(Coef, Coef) (Coef, error)
			rats  func(z, x, y *big.Rat) *big.Rat
		}{{"+", Coef.Add, (*big.Rat).Add}, {"-", Coef.Sub, (*big.Rat).Sub}, {"*", Coef.Mul, (*big.Rat).Mul}, {"/", Coef.Div, (*big.Rat).Quo}} {
			zero := slices.ContainsFunc(Blocks(SD1), func(b string) bool { return d.At(b).Sign() == 0 })
			got, err := op.coefs(c, d)
			if op.name == "/" && zero {
				if err != errDivideByZero {
					t.Fatalf("%v / %v: %v", c, d, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			same := true
			for _, b := range Blocks(SD1) {
				want := op.rats(new(big.Rat), c.At(b), d.At(b))
				if got.At(b).Cmp(want) != 0 {
					t.Fatalf("%v %s %v in %s: %v, want %v", c, op.name, d, b, got.At(b), want)
				}
				same = same && c.At(b).Cmp(d.At(b)) == 0
			}
			if c.Equal(d) != same || (c.Canonical() == d.Canonical()) != same {
				t.Fatalf("%v equals %v: %v", c, d, c.Equal(d))
			}
			if minus := got.Neg(); minus.IsZero() != got.IsZero() || !minus.Neg().Equal(got) {
				t.Fatalf("-%v is %v", got, minus)
			}
		}
	})
}

func TestCoefTexts(t *testing.T) {
	steps := numbered(26)
	for i := 1; i <= 13; i++ {
		steps[i] = big.NewRat(1, 3)
	}
	profile, err := NewProfile("", steps)
	if err != nil {
		t.Fatal(err)
	}
	uniform, err := NewProfile("", slices.Repeat([]*big.Rat{rat("3/5")}, 26))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		coef                   Coef
		text, canonical, inHCL string
	}{
		{Coef{}, "0", "0/1", "0"},
		{Scalar(rat("0.6")), "0.6", "3/5", "3/5"},
		{Scalar(rat("-1/3")), "-1/3", "-1/3", "-1/3"},
		{uniform, "0.6", "3/5", "3/5"},
		{
			profile,
			"[sd1: BASE 1, IN00-M00 1/3, …, OUT11 26]",
			"sd1:CLIP=1/1,VAE=1/1,TIME=1/3,IN00=1/3,IN01=1/3,IN02=1/3,IN03=1/3,IN04=1/3,IN05=1/3,IN06=1/3,IN07=1/3,IN08=1/3,IN09=1/3,IN10=1/3,IN11=1/3,M00=1/3," +
				"OUT00=15/1,OUT01=16/1,OUT02=17/1,OUT03=18/1,OUT04=19/1,OUT05=20/1,OUT06=21/1,OUT07=22/1,OUT08=23/1,OUT09=24/1,OUT10=25/1,OUT11=26/1",
			`by_block("3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 45, 48, 51, 54, 57, 60, 63, 66, 69, 72, 75, 78") / 3`,
		},
	} {
		if got := c.coef.String(); got != c.text {
			t.Errorf("for people: %s\nwant %s", got, c.text)
		}
		if got := c.coef.Canonical(); got != c.canonical {
			t.Errorf("canonical: %s\nwant %s", got, c.canonical)
		}
		if got := c.coef.Expression(); got != c.inHCL {
			t.Errorf("in HCL: %s\nwant %s", got, c.inHCL)
		}
	}
}

func TestCoefErrors(t *testing.T) {
	sd1, err1 := NewProfile("", numbered(26))
	sdxl, err2 := NewProfile("", numbered(20))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for name, op := range map[string]func(Coef, Coef) (Coef, error){"+": Coef.Add, "-": Coef.Sub, "*": Coef.Mul, "/": Coef.Div} {
		if _, err := op(sd1, sdxl); err != errMixedFamilies {
			t.Errorf("profiles of two families %s: %v", name, err)
		}
	}
	long := Scalar(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 3000)))
	if _, err := long.Mul(long); err != errTooLong {
		t.Errorf("2^6000: %v", err)
	}
	if _, err := Scalar(oneRat).Div(Coef{}); err != errDivideByZero {
		t.Errorf("1 / 0: %v", err)
	}
}

// What Expression writes, a recipe reads back, whatever layouts the profile
// came from.
func TestExpressionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{20, 21, 26}).Draw(t, "numbers")
		profile := func() Coef {
			numbers := make([]*big.Rat, n)
			for i := range numbers {
				numbers[i] = big.NewRat(rapid.Int64Range(-3, 3).Draw(t, "p"), rapid.SampledFrom([]int64{1, 2, 3, 7, 10, 1 << 40}).Draw(t, "q"))
			}
			p, err := NewProfile(rapid.SampledFrom([]string{"", LayoutMecha}).Draw(t, "layout"), numbers)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		want, err := profile().Add(profile())
		if err != nil {
			t.Fatal(err)
		}
		src := fmt.Sprintf("%svodka \"x\" {\n  mix = %s * model.a\n  any_mass = true\n}\n", twoModels, want.Expression())
		r, diags := load(src)
		if want.IsZero() {
			return
		}
		if diags.HasErrors() || len(r.Mixes) != 1 {
			t.Fatalf("%s\nin %s", texts(diags), src)
		}
		if got := r.Mixes[0].Form.Coef("model.a"); !got.Equal(want) {
			t.Fatalf("%s\nis read as %s", want, got)
		}
	})
}
