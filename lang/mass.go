package lang

import (
	"fmt"
	"math/big"
	"strings"
)

// checkMass: a vodka, cocktail or release is a whole model in every block,
// unless any_mass says that another mass is meant.
func (e *evaluator) checkMass(in *instance) bool {
	if len(in.form.Terms) == 0 {
		e.fail(in.mixRange, "Empty glass", "This glass is empty: everything in it cancels out.")
		return false
	}
	mass := in.form.Mass()
	if in.pour.AnyMass {
		return true
	}
	if mass.isOne() {
		for _, a := range in.mix.order {
			if most := in.mix.form.Coef(a).largest(); most.Cmp(hardlyMeant) > 0 {
				e.warn(in.mixRange, "Share beyond measure", fmt.Sprintf("%s has a share of %s %%. Per cent are written 0.3 in mix, and 30%% in formulas.", a, percentText(most)))
				break
			}
		}
		return true
	}
	if !mass.uniform() {
		e.fail(in.mixRange, "Glass not full", fmt.Sprintf("This glass is not full in every block: %s. Write w * a + (1 - w) * b; %s.", blockMasses(mass), otherMass))
		return false
	}
	level := mass.at(0)
	if level.Cmp(oneRat) > 0 {
		how := "Make the parts add up to 100 %, or write them as weights"
		if level.Cmp(hundred) == 0 && in.block.body.Attributes["formula"] != nil {
			how = "A share in per cent has the sign, as in 50% a"
		}
		e.fail(in.mixRange, "Glass too full", fmt.Sprintf("This glass is %s %% full: %s. %s; %s.", percentText(level), e.shares(in), how, otherMass))
		return false
	}
	if level.Sign() == 0 {
		e.fail(in.mixRange, "A difference is no model", fmt.Sprintf("This glass is empty: %s is a difference, whose parts add up to 0. Add it to a model: x + (%s).", in.mix.text(), in.mix.text()))
		return false
	}
	e.fail(in.mixRange, "Glass not full", fmt.Sprintf("This glass is %s %% full: %s. Make the parts add up to 100 %%, or write them as weights; %s.", percentText(level), e.shares(in), otherMass))
	return false
}

// hardlyMeant is a share that nobody extrapolates to.
var hardlyMeant = big.NewRat(5, 1)

const otherMass = "any_mass = true says that another mass is meant"

// shares lists the ingredients as written, in per cent.
func (e *evaluator) shares(in *instance) string {
	var b strings.Builder
	shown := 0
	for _, address := range in.mix.order {
		c := in.mix.form.Coef(address)
		if c.IsZero() {
			continue
		}
		if shown == 8 {
			b.WriteString(" + …")
			break
		}
		share := c.at(0)
		if !c.uniform() { // its blocks differ, their sums do not
			fmt.Fprintf(&b, "%s%s by block", plusIf(shown > 0), address)
			shown++
			continue
		}
		switch {
		case shown > 0 && share.Sign() < 0:
			b.WriteString(" − ")
		case shown > 0:
			b.WriteString(" + ")
		case share.Sign() < 0:
			b.WriteString("−")
		}
		fmt.Fprintf(&b, "%s %% %s", percentText(new(big.Rat).Abs(share)), address)
		if own := e.instances[address].form.Mass(); own.uniform() && !own.isOne() {
			fmt.Fprintf(&b, " (itself %s %% full)", percentText(own.at(0)))
		}
		shown++
	}
	return b.String()
}

func plusIf(more bool) string {
	if more {
		return " + "
	}
	return ""
}

// massText says how full a glass is.
func massText(mass Coef) string {
	if !mass.uniform() {
		return "this is not whole in every block: " + blockMasses(mass)
	}
	return fmt.Sprintf("this is %s %% of one", percentText(mass.at(0)))
}

// blockMasses lists the runs of blocks whose mass is not 1.
func blockMasses(mass Coef) string {
	var runs []string
	for _, r := range mass.Runs() {
		if r.Value.Cmp(oneRat) != 0 {
			runs = append(runs, fmt.Sprintf("%s %s %%", r.Blocks, percentText(r.Value)))
		}
	}
	if len(runs) > 4 {
		runs = append(runs[:4], "…")
	}
	return strings.Join(runs, ", ")
}
