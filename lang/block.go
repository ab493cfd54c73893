package lang

import (
	"fmt"
	"math/big"
	"slices"
)

// Family is a network layout that profiles speak about: "" is any.
type Family string

// The families. SD 1.x and 2.x have the same blocks. A profile of UNet has a
// number for every block that either of the others has.
const (
	AnyFamily Family = ""
	SD1       Family = "sd1"
	SDXL      Family = "sdxl"
	UNet      Family = "unet"
)

// The finest parts of a network a coefficient can differ in.
var (
	sd1Blocks  = slices.Concat([]string{"CLIP", "VAE", "TIME"}, unetSlots(12))
	unetBlocks = unetSlots(12)
	bothBlocks = slices.Concat([]string{"CLIP", "VAE", "TIME", "LABEL"}, unetBlocks)
	sdxlBlocks = slices.Concat([]string{"CLIP", "VAE", "TIME", "LABEL"}, unetSlots(9))
)

// unetSlots lists IN00…, M00, OUT00… of a U-Net with that many steps down.
func unetSlots(steps int) []string {
	var in, out []string
	for i := range steps {
		in = append(in, fmt.Sprintf("IN%02d", i))
		out = append(out, fmt.Sprintf("OUT%02d", i))
	}
	return slices.Concat(in, []string{"M00"}, out)
}

// Blocks lists a family's blocks in order: CLIP VAE TIME IN00…IN11 M00
// OUT00…OUT11 for SD1, CLIP VAE TIME LABEL IN00…IN08 M00 OUT00…OUT08 for SDXL,
// all of these for UNet, none for AnyFamily.
func Blocks(family Family) []string { return slices.Clone(blocksOf(family)) }

func blocksOf(family Family) []string {
	switch family {
	case SD1:
		return sd1Blocks
	case SDXL:
		return sdxlBlocks
	case UNet:
		return bothBlocks
	}
	return nil
}

// join is the family that two profiles together speak about.
func (f Family) join(g Family) (Family, error) {
	switch {
	case f == g || g == AnyFamily || g == UNet && f != AnyFamily:
		return f, nil
	case f == AnyFamily || f == UNet:
		return g, nil
	}
	return AnyFamily, errMixedFamilies
}

// Has tells whether a profile of the family says something about a network of
// the other.
func (f Family) Has(network Family) bool {
	_, err := f.join(network)
	return err == nil
}

// spread makes a profile for both families. The text encoders follow BASE, the
// VAE too unless it has its own number, and the embeddings what the layout says.
func spread(layout string, base, vae *big.Rat, at func(block string) *big.Rat) (Coef, error) {
	embeddings := at("IN00")
	switch layout {
	case "", LayoutSupermerger:
	case LayoutMecha:
		embeddings = base
	default:
		return Coef{}, unknownLayout(layout)
	}
	if vae == nil {
		vae = base
	}
	values := []*big.Rat{base, vae, embeddings, embeddings}
	for _, block := range unetBlocks {
		values = append(values, at(block))
	}
	return newCoef(UNet, values)
}

func unknownLayout(layout string) error {
	return fmt.Errorf("there is no block layout %q%s", layout, didYouMean(layout, []string{LayoutMecha, LayoutSupermerger}))
}

// The two layouts in use differ in where the tensors outside the numbered
// blocks belong.
const (
	LayoutSupermerger = "supermerger" // time and label embeddings follow IN00
	LayoutMecha       = "mecha"       // time and label embeddings follow BASE
)

// NewProfile reads a block-weight list: 26 numbers (BASE, IN00…IN11, M00,
// OUT00…OUT11) for SD 1.x and 2.x, 20 (BASE, IN00…IN08, M00, OUT00…OUT08) or
// 21 (VAE last) for SDXL. The text encoders follow BASE, and so does the VAE
// where it has no number. layout says where the time and label embeddings
// belong; "" is LayoutSupermerger.
func NewProfile(layout string, numbers []*big.Rat) (Coef, error) {
	embeddings := 1 // the slot they follow
	switch layout {
	case "", LayoutSupermerger:
	case LayoutMecha:
		embeddings = 0
	default:
		return Coef{}, unknownLayout(layout)
	}
	family, vae, unet := SD1, 0, numbers
	switch len(numbers) {
	case 26:
	case 20:
		family = SDXL
	case 21:
		family, vae, unet = SDXL, 20, numbers[:20]
	default:
		return Coef{}, fmt.Errorf("a block profile has 26 numbers (SD 1.x, 2.x), 20 or 21 (SDXL), not %d", len(numbers))
	}
	values := []*big.Rat{numbers[0], numbers[vae], numbers[embeddings]}
	if family == SDXL {
		values = append(values, numbers[embeddings])
	}
	return newCoef(family, append(values, unet[1:]...))
}
