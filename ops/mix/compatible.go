package mix

import (
	"slices"

	"cosmo/lang"
	"cosmo/ops/checkpoint"
)

// checkArchitectures refuses glasses whose ingredients cannot be one model.
func (r *resolver) checkArchitectures() {
	var known *Leaf // the first whose architecture is known, of those that are mixed if possible
	for _, inMain := range []bool{true, false} {
		for i, l := range r.Leaves {
			if known == nil && l.Traits.Arch != "" && r.Main.holds(i) == inMain {
				known = l
			}
		}
	}
	for i, l := range r.Leaves {
		t := l.Traits
		if t.ScaledFP8 {
			r.fault("Scaled fp8 checkpoint", "%s keeps its weights as fp8 numbers with separate scales, which cannot be mixed as they are. Use the fp16 or bf16 file of the same model.", l.Address)
		}
		switch {
		case t.Arch == "" && !l.partsAlone() && !r.Main.holds(i):
			r.fault("Unknown architecture", "%s is %s. vae and clip take that part of a checkpoint of SD 1.x, SD 2.x or SDXL: name one that has it.", l.Address, checkpoint.Describe(t))
		case t.Arch == "" && !l.partsAlone():
			r.fault("Unknown architecture", "%s is %s. Checkpoints of SD 1.x, SD 2.x and SDXL can be mixed.", l.Address, checkpoint.Describe(t))
		case t.Arch != "":
			r.compare(known, l, r.Main.holds(i), r.CLIP.holds(i))
		}
	}
	if known != nil {
		r.arch = known.Traits.Arch
		r.expected = map[string]bool{}
		for _, s := range checkpoint.Complete(r.arch) {
			r.expected[s.Name] = true
		}
	}
	for _, f := range []Form{r.Main, r.VAE, r.CLIP} {
		for _, t := range f {
			if fam := t.Coef.Family(); r.arch != "" && !fam.Has(familyOf(r.arch)) {
				r.fault("Block profile of another architecture", "The weights per block are for %s, but %s is %s.",
					familyName(fam), r.Leaves[t.Leaf].Address, checkpoint.Describe(r.Leaves[t.Leaf].Traits))
				return
			}
		}
	}
}

// compare holds an ingredient against the one that sets the architecture.
// Where only its parts are taken, only those have to fit: the VAEs of SD 1.x and
// 2.x are the same network on the same latents.
func (r *resolver) compare(known, l *Leaf, mixed, clip bool) {
	k, t := known.Traits, l.Traits
	twins := k.Arch != checkpoint.SDXL && t.Arch != checkpoint.SDXL
	switch {
	case k.Arch != t.Arch && (mixed || clip || !twins):
		r.fault("Different architectures", "%s is %s and %s is %s: they cannot be poured into one glass. Choose ingredients of one architecture.",
			known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
	case !mixed:
	case k.VPrediction != t.VPrediction && k.Arch == checkpoint.SD2:
		// Most v-models of SD 2.x say nothing of it.
		r.warn("Different prediction types", "%s is %s and %s is %s: where that is true, and not only a mark that one file lacks, a mix of the two predicts neither noise nor velocity.",
			known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
	case k.VPrediction != t.VPrediction:
		r.fault("Different prediction types", "%s is %s and %s is %s: a mix of the two predicts neither noise nor velocity.",
			known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
	case k.Inpainting != t.Inpainting || k.InstructPix2Pix != t.InstructPix2Pix:
		r.fault("Different inputs", "%s is %s and %s is %s: their first convolutions have different shapes.",
			known.Address, checkpoint.Describe(k), l.Address, checkpoint.Describe(t))
	}
}

// partsAlone reports whether a file of no architecture is a text encoder or VAE
// under the names of a checkpoint.
func (l *Leaf) partsAlone() bool {
	for i := range l.Tensors {
		if c, _ := checkpoint.Place("", l.Tensors[i].Name); c != checkpoint.VAE && c != checkpoint.CLIP {
			return false
		}
	}
	return len(l.Tensors) > 0
}

func (f Form) holds(leaf int) bool {
	return slices.ContainsFunc(f, func(t FormTerm) bool { return t.Leaf == leaf })
}

func familyOf(a checkpoint.Arch) lang.Family {
	if a == checkpoint.SDXL {
		return lang.SDXL
	}
	return lang.SD1
}

func familyName(f lang.Family) string {
	if f == lang.SDXL {
		return "SDXL (20 or 21 numbers)"
	}
	return "SD 1.x and 2.x (26 numbers)"
}
