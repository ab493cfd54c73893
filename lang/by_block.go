package lang

import (
	"errors"
	"fmt"
	"math/big"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var byBlockFunction = oneStep(&function.Spec{
	Description: "A coefficient for each block of the network.",
	VarParam:    &function.Parameter{Name: "blocks", Type: cty.DynamicPseudoType},
}, func(args []cty.Value) (cty.Value, error) {
	for _, arg := range args {
		if !arg.IsWhollyKnown() {
			return cty.UnknownVal(quantityType), nil
		}
	}
	layout := LayoutSupermerger
	if n := len(args) - 1; n > 0 && (args[n].Type().IsObjectType() || args[n].Type().IsMapType()) && !args[n].IsNull() {
		for _, name := range sortedKeys(args[n].AsValueMap()) {
			v := args[n].AsValueMap()[name]
			if name != "layout" {
				return cty.NilVal, function.NewArgErrorf(n, "there is no option %q, only layout", shorten(name, 40))
			}
			if v.IsNull() || v.Type() != cty.String {
				return cty.NilVal, function.NewArgErrorf(n, "layout is a text: \"supermerger\" or \"mecha\"")
			}
			if layout = v.AsString(); layout != LayoutSupermerger && layout != LayoutMecha {
				return cty.NilVal, function.NewArgError(n, unknownLayout(layout))
			}
		}
		args = args[:n]
	}
	if len(args) == 0 || args[0].Type() != cty.String || args[0].IsNull() {
		return cty.NilVal, errors.New("it takes patterns and numbers, by_block(\"IN*\", 0.2, \"*\", 0.5), a preset, by_block(\"grad_v\"), or 26 numbers as one text (20 or 21 for SDXL)")
	}
	if len(args) > 1 {
		return patterns(args, layout)
	}
	text := args[0].AsString()
	if p, ok := presetNamed(text); ok {
		profile, err := p.profile(layout)
		return (&quantity{profile: profile}).value(), err
	}
	if !strings.Contains(text, ",") {
		if _, err := matching(text); err == nil {
			return cty.NilVal, function.NewArgErrorf(0, "a number goes after %q, and one for the other blocks: by_block(%q, 0.2, \"*\", 0.5)", shorten(text, 40), shorten(text, 40))
		}
		return cty.NilVal, function.NewArgErrorf(0, "%q is no list of 26, 20 or 21 numbers with commas between them, and no preset%s", shorten(text, 40), didYouMean(strings.ToLower(shorten(text, 40)), sortedKeys(presets())))
	}
	var numbers []*big.Rat
	for i, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		r, ok := parseRat(part)
		if !ok || i > 100 {
			return cty.NilVal, function.NewArgErrorf(0, "the %s number is %q, which is none", ordinal(i+1), shorten(part, 20))
		}
		numbers = append(numbers, r)
	}
	profile, err := NewProfile(layout, numbers)
	if err != nil {
		return cty.NilVal, function.NewArgError(0, err)
	}
	return (&quantity{profile: profile}).value(), nil
})

// patterns reads "IN*", 0.2, "*", 0.5: of several patterns that match a block the
// first one counts.
func patterns(args []cty.Value, layout string) (cty.Value, error) {
	taken := map[string]*big.Rat{}
	approx, single, rest := false, false, false
	for i := 0; i < len(args); i += 2 {
		if args[i].Type() != cty.String || args[i].IsNull() {
			return cty.NilVal, function.NewArgErrorf(i, "a pattern of blocks is a text, as in \"IN00-IN05\"; this is %s", describe(args[i]))
		}
		text := args[i].AsString()
		blocks, err := matching(text)
		if err != nil {
			return cty.NilVal, function.NewArgError(i, err)
		}
		if i+1 == len(args) {
			return cty.NilVal, function.NewArgErrorf(i, "a number goes after %q", shorten(text, 40))
		}
		number, rounded, err := ratOf(args[i+1])
		if err != nil || args[i+1].Type() != cty.Number {
			return cty.NilVal, function.NewArgErrorf(i+1, "a number goes after %q, this is %s", shorten(text, 40), describe(args[i+1]))
		}
		fresh := false
		for _, block := range blocks {
			if taken[block] == nil {
				taken[block], fresh = number, true
			}
		}
		if !fresh && text != "*" {
			return cty.NilVal, function.NewArgErrorf(i, "%q has no effect: the patterns before it took its blocks", shorten(text, 40))
		}
		approx, rest = approx || rounded, rest || text == "*"
		single = single || !slices.ContainsFunc(blocks, func(b string) bool { return slices.Contains(sdxlBlocks, b) || b == "BASE" })
	}
	var left []string
	for _, block := range append([]string{"BASE"}, unetBlocks...) {
		if taken[block] == nil {
			left = append(left, block)
		}
	}
	if len(left) > 0 {
		return cty.NilVal, fmt.Errorf("it leaves out %s: end with \"*\" and a number for the others", runsOf(left))
	}
	profile, err := spread(layout, taken["BASE"], taken["VAE"], func(block string) *big.Rat { return taken[block] })
	if err != nil {
		return cty.NilVal, err
	}
	// Who singles out what only SD 1.x and 2.x have does not mean SDXL; who spells
	// out everything may mean both.
	if single && rest {
		profile = profile.of(SD1)
	}
	return (&quantity{profile: profile, approx: approx}).value(), nil
}

// matching lists the blocks that a pattern names: IN05, IN00-IN05, OUT*, IN0?,
// several of these, or * for all. The VAE follows BASE unless it is spelled out.
func matching(pattern string) ([]string, error) {
	var found []string
	pieces := strings.FieldsFunc(strings.ToUpper(pattern), func(r rune) bool { return r == ',' || r == ' ' })
	if len(pieces) == 0 || len(pieces) > 100 {
		return nil, errors.New("a pattern names blocks, as in \"IN00-IN05\"")
	}
	for _, piece := range pieces {
		first, last, isRange := strings.Cut(piece, "-")
		switch i, j := slices.Index(unetBlocks, first), slices.Index(unetBlocks, last); {
		case piece == "VAE" || piece == "BASE":
			found = append(found, piece)
		case isRange && i >= 0 && j >= 0 && i <= j:
			found = append(found, unetBlocks[i:j+1]...)
		case isRange && i >= 0 && j >= 0:
			return nil, fmt.Errorf("%s goes backwards: the network's order is IN00 to IN11, M00, OUT00 to OUT11", piece)
		case isRange && i >= 0:
			return nil, unknownBlock(last)
		case isRange:
			return nil, unknownBlock(first)
		case i >= 0:
			found = append(found, piece)
		default:
			n := len(found)
			for _, block := range append([]string{"BASE"}, unetBlocks...) {
				if ok, err := path.Match(piece, block); ok && err == nil {
					found = append(found, block)
				}
			}
			if len(found) == n {
				return nil, unknownBlock(piece)
			}
		}
	}
	return found, nil
}

var blockShaped = regexp.MustCompile(`^(IN|OUT)\d\d$`)

func unknownBlock(name string) error {
	near := ""
	if !blockShaped.MatchString(name) {
		near = didYouMean(name, append([]string{"BASE", "VAE"}, unetBlocks...))
	}
	if near == "" {
		near = ": they are BASE, IN00 to IN11, M00, OUT00 to OUT11, and VAE"
	}
	return fmt.Errorf("there is no block %q%s", shorten(name, 40), strings.TrimSuffix(near, "."))
}

// runsOf shortens a list of blocks in the network's order.
func runsOf(blocks []string) string {
	var runs []string
	for i := 0; i < len(blocks); {
		j := i + 1
		for j < len(blocks) && slices.Index(unetBlocks, blocks[j]) == slices.Index(unetBlocks, blocks[j-1])+1 && blocks[i] != "BASE" {
			j++
		}
		runs = append(runs, blockRun(blocks, i, j))
		i = j
	}
	return strings.Join(runs, ", ")
}
