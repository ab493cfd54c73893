package checkpoint

import (
	"fmt"
	"slices"
	"strings"
)

// Count is how many tensors of a component a file has, of how many.
type Count struct{ Present, Complete int }

// Traits is what a header tells about a checkpoint.
type Traits struct {
	Arch    Arch
	Foreign string // when Arch is "": what it seems to be instead, such as "a LoRA"
	Because string // what told it, in words that follow "it has"; "" if nothing did

	Inpainting      bool // nine input channels
	InstructPix2Pix bool // eight input channels
	VPrediction     bool // says that it predicts velocity; most v-models do not say so
	ZeroTerminalSNR bool // marked with ztsnr
	EMA             bool // carries averaged weights besides
	Schedule        bool // carries betas or alphas_cumprod
	NAIStyleCLIP    bool // text encoder names without text_model., see Canonical
	DiffusersVAE    bool // VAE attention named as diffusers does, see Canonical
	ScaledFP8       bool // fp8 weights with scales beside them
	Tiny            bool // the architecture's tensors at smaller widths, made for tests

	UNet, VAE, CLIP Count

	// Tensors of the architecture that the file lacks, and tensors of the file
	// that the architecture has not: the first MaxListed names in order, and
	// how many there are. Optional ones, EMA weights, schedule buffers and
	// markers do not count.
	Missing, Extra           []string
	MissingCount, ExtraCount int
}

// MaxListed is how many names Missing and Extra hold at most.
const MaxListed = 20

// Whole reports whether every tensor of the architecture is there.
func (t *Traits) Whole() bool { return t.Arch != "" && t.MissingCount == 0 }

// Detect tells what a checkpoint is from its names; shapes decide only between
// SD 1.x and 2.x when there is no text encoder, and about extra input
// channels. UNet weights that could be either count as SD 1.x, whose blocks
// are the same.
func Detect(h *Header) *Traits {
	t := &Traits{}
	e := gather(h)
	v := e.judge()
	t.Arch, t.Foreign, t.Because = v.arch, v.foreign, v.because
	t.Inpainting, t.InstructPix2Pix = e.inputs == 9, e.inputs == 8
	t.VPrediction = e.vpred || h.Metadata["modelspec.prediction_type"] == "v" || h.Metadata["modelspec.predict_key"] == "v"
	t.ZeroTerminalSNR = e.ztsnr
	t.EMA, t.Schedule, t.ScaledFP8 = e.ema, e.schedule, e.scaled
	t.NAIStyleCLIP, t.DiffusersVAE = e.nai, e.diffusersVAE
	if t.Arch != "" {
		t.compare(h, references[t.Arch]())
	}
	return t
}

// compare counts what is there, missing and extra.
func (t *Traits) compare(h *Header, ref *reference) {
	t.UNet.Complete, t.VAE.Complete, t.CLIP.Complete = ref.parts[UNet], ref.parts[VAE], ref.parts[CLIP]
	have := make([]bool, len(ref.specs))
	narrower, known := 0, 0
	for i := range h.Tensors {
		x := &h.Tensors[i]
		name, shape := Canonical(x.Name, x.Shape)
		c := component(name)
		j, ok := ref.byName[name]
		if !ok {
			if c != Other && !isScale(name) && !Optional(name) {
				t.Extra = append(t.Extra, x.Name)
			}
			continue
		}
		if have[j] {
			continue // a duplicate under its other name
		}
		have[j] = true
		known++
		if product(shape) < ref.specs[j].Elements() {
			narrower++
		}
		switch c {
		case UNet:
			t.UNet.Present++
		case VAE:
			t.VAE.Present++
		case CLIP:
			t.CLIP.Present++
		}
	}
	for j, ok := range have {
		if name := ref.specs[j].Name; !ok && !Optional(name) {
			t.Missing = append(t.Missing, name)
		}
	}
	t.Tiny = 2*narrower > known
	t.MissingCount, t.ExtraCount = len(t.Missing), len(t.Extra)
	slices.Sort(t.Extra)
	t.Missing, t.Extra = shorten(t.Missing), shorten(t.Extra)
}

func shorten(names []string) []string {
	return names[:min(len(names), MaxListed):min(len(names), MaxListed)]
}

// Describe names a checkpoint in a few words: "SDXL, inpainting, v-prediction".
func Describe(t *Traits) string {
	var words []string
	switch t.Arch {
	case SD1:
		words = append(words, "SD 1.x")
	case SD2:
		words = append(words, "SD 2.x")
	case SDXL:
		words = append(words, "SDXL")
	default:
		if t.Foreign == "" {
			return "of an unknown architecture"
		}
		return t.Foreign
	}
	for _, w := range []struct {
		is   bool
		word string
	}{
		{t.Tiny, "tiny"}, {t.Inpainting, "inpainting"}, {t.InstructPix2Pix, "instruct-pix2pix"},
		{t.VPrediction, "v-prediction"}, {t.ZeroTerminalSNR, "zero terminal SNR"},
		{t.EMA, "with EMA weights"}, {t.ScaledFP8, "scaled fp8"},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	for _, p := range []struct {
		c    Count
		name string
	}{{t.UNet, "UNet"}, {t.VAE, "VAE"}, {t.CLIP, "text encoder"}} {
		if p.c.Present == 0 && p.c.Complete > 0 {
			words = append(words, fmt.Sprintf("without %s", p.name))
		}
	}
	return strings.Join(words, ", ")
}
