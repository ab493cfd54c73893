package lang

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Coef is an exact coefficient: one rational, or a profile, a rational for
// each block of a family. It is immutable; the zero value is 0. Rationals that
// go in or come out are shared and must not be changed.
type Coef struct {
	family Family     // "" for a scalar
	values []*big.Rat // one, or one for each block; nil is 0
}

var (
	errDivideByZero  = errors.New("division by zero")
	errMixedFamilies = errors.New("an SD 1.x profile (26 numbers) and an SDXL profile (20 or 21) cannot be mixed: use profiles of one family")
	zeroRat          = new(big.Rat)
)

// Scalar makes a coefficient that is the same in all blocks.
func Scalar(r *big.Rat) Coef { return Coef{values: []*big.Rat{r}} }

func newCoef(family Family, values []*big.Rat) (Coef, error) {
	for _, v := range values {
		if v.Num().BitLen() > maxCoefBits || v.Denom().BitLen() > maxCoefBits {
			return Coef{}, errTooLong
		}
	}
	return Coef{family: family, values: values}, nil
}

// IsScalar tells a single number from a profile.
func (c Coef) IsScalar() bool { return c.family == AnyFamily }

// Family is the family a profile speaks about, AnyFamily for a scalar.
func (c Coef) Family() Family { return c.family }

// At gives the coefficient in a block. A name that the profile's family does
// not have stands for tensors outside the network's blocks: they follow BASE,
// as the text encoders do.
func (c Coef) At(block string) *big.Rat {
	if len(c.values) == 0 {
		return zeroRat
	}
	if !c.IsScalar() {
		if i := slices.Index(blocksOf(c.family), block); i >= 0 {
			return c.values[i]
		}
	}
	return c.values[0]
}

// of leaves, of a profile of both families, what it says of one.
func (c Coef) of(family Family) Coef {
	if c.family != UNet || family == UNet {
		return c
	}
	values := make([]*big.Rat, 0, len(blocksOf(family)))
	for _, block := range blocksOf(family) {
		values = append(values, c.At(block))
	}
	return Coef{family, values}
}

func (c Coef) at(i int) *big.Rat {
	switch {
	case len(c.values) == 0:
		return zeroRat
	case c.IsScalar():
		return c.values[0]
	}
	return c.values[i]
}

// combine applies op to each block.
func (c Coef) combine(d Coef, op func(z, x, y *big.Rat) *big.Rat) (Coef, error) {
	family, err := c.family.join(d.family)
	if err != nil {
		return Coef{}, err
	}
	c, d = c.of(family), d.of(family)
	values := make([]*big.Rat, max(len(c.values), len(d.values), 1))
	for i := range values {
		values[i] = op(new(big.Rat), c.at(i), d.at(i))
	}
	return newCoef(family, values)
}

// Add is c + d, an error if they are profiles of two families.
func (c Coef) Add(d Coef) (Coef, error) { return c.combine(d, (*big.Rat).Add) }

// Sub is c − d, an error if they are profiles of two families.
func (c Coef) Sub(d Coef) (Coef, error) { return c.combine(d, (*big.Rat).Sub) }

// Mul is c · d, block by block, an error if they are profiles of two families.
func (c Coef) Mul(d Coef) (Coef, error) { return c.combine(d, (*big.Rat).Mul) }

// Div is c / d, block by block, an error if d is 0 in any block or they are
// profiles of two families.
func (c Coef) Div(d Coef) (Coef, error) {
	if family, err := c.family.join(d.family); err == nil {
		d = d.of(family)
	}
	for i := range max(len(d.values), 1) {
		if d.at(i).Sign() == 0 {
			return Coef{}, errDivideByZero
		}
	}
	return c.combine(d, (*big.Rat).Quo)
}

// Neg is −c.
func (c Coef) Neg() Coef {
	values := make([]*big.Rat, len(c.values))
	for i, v := range c.values {
		values[i] = new(big.Rat).Neg(v)
	}
	return Coef{family: c.family, values: values}
}

// IsZero tells whether c is 0 in every block.
func (c Coef) IsZero() bool {
	return !slices.ContainsFunc(c.values, func(v *big.Rat) bool { return v.Sign() != 0 })
}

// isOne tells whether c is 1 in every block.
func (c Coef) isOne() bool { return c.uniform() && c.at(0).Cmp(oneRat) == 0 }

var oneRat = big.NewRat(1, 1)

// largest is the largest magnitude in any block.
func (c Coef) largest() *big.Rat {
	most := new(big.Rat)
	for _, v := range c.values {
		if m := new(big.Rat).Abs(v); m.Cmp(most) > 0 {
			most = m
		}
	}
	return most
}

// uniform tells whether c is the same in every block.
func (c Coef) uniform() bool {
	return !slices.ContainsFunc(c.values, func(v *big.Rat) bool { return v.Cmp(c.values[0]) != 0 })
}

// Equal compares values block by block; a profile of equal numbers equals
// that number.
func (c Coef) Equal(d Coef) bool { return c.Canonical() == d.Canonical() }

// Canonical is the text that keys are made of: n/D in lowest terms, or
// "sd1:CLIP=n/D,VAE=n/D,…" with the family's blocks in order. A profile of
// equal numbers is written as that number.
func (c Coef) Canonical() string {
	if c.uniform() {
		return c.at(0).String()
	}
	parts := make([]string, len(c.values))
	for i, block := range blocksOf(c.family) {
		parts[i] = block + "=" + c.values[i].String()
	}
	return string(c.family) + ":" + strings.Join(parts, ",")
}

// String is for people: 0.6, 1/3, or the profile in runs of equal blocks, of
// many the first and last.
func (c Coef) String() string {
	if c.uniform() {
		return ratText(c.at(0))
	}
	var runs []string
	for _, r := range c.Runs() {
		runs = append(runs, r.Blocks+" "+ratText(r.Value))
	}
	if len(runs) > 6 { // a curve: its ends tell enough
		runs = slices.Concat(runs[:2], []string{"…"}, runs[len(runs)-1:])
	}
	return fmt.Sprintf("[%s: %s]", c.family, strings.Join(runs, ", "))
}

// Run is a range of blocks of equal value, named as by_block takes it.
type Run struct {
	Blocks string // "BASE", "IN00-IN05"
	Value  *big.Rat
}

// Runs gives a profile in the names that authors write: BASE, then VAE and TIME
// where they do not follow BASE and IN00 as they do of themselves, then the
// numbered blocks, neighbours of equal value as one. A scalar has none.
func (c Coef) Runs() []Run {
	if c.IsScalar() {
		return nil
	}
	base := c.At("CLIP")
	runs := []Run{{"BASE", base}}
	if vae := c.At("VAE"); vae.Cmp(base) != 0 {
		runs = append(runs, Run{"VAE", vae})
	}
	if time := c.At("TIME"); time.Cmp(c.At("IN00")) != 0 {
		runs = append(runs, Run{"TIME", time})
	}
	blocks := blocksOf(c.family)
	blocks = blocks[slices.Index(blocks, "IN00"):]
	for i := 0; i < len(blocks); {
		j := i + 1
		for j < len(blocks) && c.At(blocks[j]).Cmp(c.At(blocks[i])) == 0 {
			j++
		}
		runs = append(runs, Run{blockRun(blocks, i, j), c.At(blocks[i])})
		i = j
	}
	return runs
}

// blockRun names blocks i to j−1: "IN00", "IN00-IN05".
func blockRun(blocks []string, i, j int) string {
	if j == i+1 {
		return blocks[i]
	}
	return blocks[i] + "-" + blocks[j-1]
}
