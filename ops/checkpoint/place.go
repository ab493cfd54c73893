package checkpoint

import (
	"fmt"
	"strconv"
	"strings"
)

// Arch is a family of networks whose weights can be mixed. "" is unknown.
type Arch string

// The architectures that are told apart.
const (
	SD1  Arch = "sd1"
	SD2  Arch = "sd2"
	SDXL Arch = "sdxl"
)

// Component is the part of a model that a tensor belongs to.
type Component string

// The components. Other is what no network computes with: averaged weights
// (model_ema.), schedule buffers, markers.
const (
	UNet  Component = "unet"
	CLIP  Component = "clip"
	VAE   Component = "vae"
	Other Component = "other"
)

const unetPrefix = "model.diffusion_model."

func component(name string) Component {
	switch {
	case name == unetPrefix+"scaled_fp8":
		return Other
	case strings.HasPrefix(name, unetPrefix):
		return UNet
	case strings.HasPrefix(name, "first_stage_model."):
		return VAE
	case strings.HasPrefix(name, "cond_stage_model."), strings.HasPrefix(name, "conditioner."):
		return CLIP
	}
	return Other
}

// Place says where a tensor belongs: its component, and the finest block that
// a weight can be given to. Blocks are CLIP, VAE, TIME, IN00–IN11, M00 and
// OUT00–OUT11 (SDXL: IN00–IN08, OUT00–OUT08, and LABEL besides); the last
// normalisation and convolution ("out.") count to the last OUT, as every MBW
// tool has it. label_emb of an SD 2.x unCLIP model counts to TIME, with which
// every layout puts it. The block is "" for Other, for tensors of the UNet
// that the architecture does not have, and for any of the UNet's when the
// architecture is unknown.
func Place(arch Arch, name string) (c Component, block string) {
	switch c = component(name); c {
	case CLIP:
		return c, "CLIP"
	case VAE:
		return c, "VAE"
	case UNet:
		return c, unetBlock(arch, name[len(unetPrefix):])
	}
	return c, ""
}

func unetBlock(arch Arch, name string) string {
	last := 11 // index of the last input and output block
	switch arch {
	case SDXL:
		last = 8
	case SD1, SD2:
	default:
		return ""
	}
	part, rest, _ := strings.Cut(name, ".")
	switch part {
	case "time_embed":
		return "TIME"
	case "label_emb":
		if arch == SDXL {
			return "LABEL"
		}
		return "TIME"
	case "middle_block":
		return "M00"
	case "out":
		return fmt.Sprintf("OUT%02d", last)
	case "input_blocks", "output_blocks":
		i := leadingIndex(rest)
		if i < 0 || i > last {
			return ""
		}
		if part == "input_blocks" {
			return fmt.Sprintf("IN%02d", i)
		}
		return fmt.Sprintf("OUT%02d", i)
	}
	return ""
}

// leadingIndex reads the number before the first dot, -1 if there is none.
func leadingIndex(rest string) int {
	digits, _, ok := strings.Cut(rest, ".")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 0 || strconv.Itoa(n) != digits {
		return -1
	}
	return n
}

// Canonical returns the name and shape that a tensor has in a complete
// checkpoint, for the two old ways of writing the same weights: text encoders
// without "text_model." (NovelAI and its descendants), and the VAE's middle
// attention named and shaped as diffusers does (EveryDream2's exports, whose
// 1×1 convolutions are matrices). The values are the same, in the same order.
// Other tensors come back as they are.
func Canonical(name string, shape []int64) (string, []int64) {
	if rest, ok := strings.CutPrefix(name, "cond_stage_model.transformer."); ok && isNAI(rest) {
		return "cond_stage_model.transformer.text_model." + rest, shape
	}
	stem, part, ok := strings.Cut(name, ".mid.attn_1.to_")
	if !ok || component(name) != VAE {
		return name, shape
	}
	which, suffix, _ := strings.Cut(part, ".")
	switch which {
	case "q", "k", "v":
	case "out":
		which, suffix = "proj_out", strings.TrimPrefix(suffix, "0.")
	default:
		return name, shape
	}
	if suffix == "weight" && len(shape) == 2 {
		shape = []int64{shape[0], shape[1], 1, 1}
	}
	return stem + ".mid.attn_1." + which + "." + suffix, shape
}

// isNAI reports whether what follows cond_stage_model.transformer. lacks the
// text_model level.
func isNAI(rest string) bool {
	for _, p := range []string{"embeddings.", "encoder.", "final_layer_norm."} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return false
}
