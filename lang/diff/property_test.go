package diff

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cosmo/lang"
)

// sheet is a recipe as numbers: each mix is a sum of models and of earlier
// mixes, and the last of them are poured.
type sheet struct {
	models int
	mixes  [][]*big.Rat // coefficients of the models, then of the mixes before
	poured []int
}

func drawSheet(t *rapid.T, models, mixes int, poured []int) sheet {
	s := sheet{models: models, poured: poured}
	for i := range mixes {
		row := make([]*big.Rat, models+i)
		for k := range row {
			row[k] = new(big.Rat)
			if rapid.IntRange(0, 4).Draw(t, "used") == 0 {
				row[k].SetFrac64(rapid.Int64Range(-9, 9).Draw(t, "n"), rapid.Int64Range(1, 7).Draw(t, "d"))
			}
		}
		sum := new(big.Rat)
		for _, c := range row {
			sum.Add(sum, c)
		}
		row[0] = new(big.Rat).Add(row[0], sum.Sub(big.NewRat(1, 1), sum)) // the glass is full
		s.mixes = append(s.mixes, row)
	}
	return s
}

// text writes the sheet as a recipe; names and order are up to the caller.
func (s sheet) text(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("recipe \"r\" {}\n")
	for i := range s.models {
		fmt.Fprintf(&b, "model \"m%d\" { source = \"m%d.safetensors\" }\n", i, i)
	}
	var blocks []string
	for i, row := range s.mixes {
		var terms []string
		for k, c := range row {
			if c.Sign() == 0 {
				continue
			}
			name := fmt.Sprintf("model.m%d", k)
			if k >= s.models {
				name = fmt.Sprintf("vodka.v%d", k-s.models)
			}
			terms = append(terms, fmt.Sprintf("(%d) / %d * %s", c.Num(), c.Denom(), name))
		}
		blocks = append(blocks, fmt.Sprintf("vodka \"v%d\" { mix = %s }\n", i, strings.Join(terms, " + ")))
	}
	for _, i := range rapid.Permutation(blocks).Draw(t, "order") {
		b.WriteString(i)
	}
	for _, i := range s.poured {
		fmt.Fprintf(&b, "release \"r%d\" {\n  model = vodka.v%d\n  file  = \"r%d.safetensors\"\n}\n", i, i, i)
	}
	return b.String()
}

// expand multiplies all mixes out to models.
func (s sheet) expand() [][]*big.Rat {
	var out [][]*big.Rat
	for _, row := range s.mixes {
		sum := make([]*big.Rat, s.models)
		for m := range sum {
			sum[m] = new(big.Rat).Set(row[m])
			for k, c := range row[s.models:] {
				sum[m].Add(sum[m], new(big.Rat).Mul(c, out[k][m]))
			}
		}
		out = append(out, sum)
	}
	return out
}

func load(t *rapid.T, text string) Side {
	r, diags := lang.LoadBytes(map[string][]byte{"r.hcl": []byte(text)}, ".", lang.Options{})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	return Side{Recipe: r}
}

// TestSharesProperty: what a diff lists is what brute force finds, and nothing
// else.
func TestSharesProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := rapid.IntRange(1, 8).Draw(t, "models")
		mixes := rapid.IntRange(1, 42).Draw(t, "mixes")
		poured := []int{mixes - 1}
		for i := range mixes - 1 {
			if rapid.IntRange(0, 5).Draw(t, "poured") == 0 {
				poured = append(poured, i)
			}
		}
		a := drawSheet(t, models, mixes, poured)
		b := a
		if rapid.Bool().Draw(t, "other") {
			b = drawSheet(t, models, mixes, poured)
		}
		got := map[string]Output{}
		for _, o := range Compare(load(t, a.text(t)), load(t, b.text(t)), Options{}).Outputs {
			got[o.Address] = o
		}
		before, after := a.expand(), b.expand()
		for _, i := range poured {
			name := fmt.Sprintf("release.r%d", i)
			o := got[name]
			shares := map[string]Share{}
			for _, s := range o.Shares {
				shares[s.Ingredient] = s
			}
			x, y := before[i], after[i]
			differ := 0
			for m := range models {
				s, changed := shares[fmt.Sprintf("model.m%d", m)]
				if want := x[m].Cmp(y[m]) != 0; changed != want {
					t.Fatalf("%s, m%d: %v and %v, listed %v", name, m, x[m], y[m], changed)
				} else if want {
					differ++
					if s.Old.At("").Cmp(x[m]) != 0 || s.New.At("").Cmp(y[m]) != 0 {
						t.Fatalf("%s, m%d: %v → %v, want %v → %v", name, m, s.Old, s.New, x[m], y[m])
					}
				}
			}
			if differ != len(o.Shares) {
				t.Fatalf("%s: %d shares, want %d", name, len(o.Shares), differ)
			}
		}
	})
}
