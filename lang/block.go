package lang

import (
	"fmt"
	"math/big"
	"slices"
)

// Family is a network layout that profiles speak about: "" is any.
type Family string

// The families. SD 1.x and 2.x have the same blocks.
const (
	AnyFamily Family = ""
	SD1       Family = "sd1"
	SDXL      Family = "sdxl"
)

// The finest parts of a network a coefficient can differ in.
var (
	sd1Blocks  = slices.Concat([]string{"CLIP", "VAE", "TIME"}, unetSlots(12))
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
// none for AnyFamily.
func Blocks(family Family) []string {
	switch family {
	case SD1:
		return slices.Clone(sd1Blocks)
	case SDXL:
		return slices.Clone(sdxlBlocks)
	}
	return nil
}

func blocksOf(family Family) []string {
	if family == SD1 {
		return sd1Blocks
	}
	return sdxlBlocks
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
		return Coef{}, fmt.Errorf("there is no block layout %q%s", layout, didYouMean(layout, []string{LayoutMecha, LayoutSupermerger}))
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
