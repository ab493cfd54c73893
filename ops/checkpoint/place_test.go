package checkpoint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// slots writes block counts the way they are known: one line of counts for the
// input blocks, the middle, the output blocks, and what stands outside.
func slots(in []int, middle int, out []int, more map[string]int) map[string]int {
	m := maps.Clone(more)
	m["M00"] = middle
	for i, n := range in {
		m[fmt.Sprintf("IN%02d", i)] = n
	}
	for i, n := range out {
		m[fmt.Sprintf("OUT%02d", i)] = n
	}
	return m
}

// TestPlaceCounts counts the tensors of each block of the real models. The
// counts are those that block-merging tools find (with "out.", 4 tensors, in
// the last output block, and time_embed and label_emb apart).
func TestPlaceCounts(t *testing.T) {
	sd := func(clip int) map[string]int {
		return slots([]int{2, 36, 36, 2, 38, 36, 2, 38, 36, 2, 10, 10}, 46, []int{12, 12, 14, 38, 38, 40, 38, 38, 40, 38, 38, 38 + 4},
			map[string]int{"TIME": 4, "VAE": 248, "CLIP": clip})
	}
	for arch, want := range map[Arch]map[string]int{
		SD1: sd(197), SD2: sd(294),
		SDXL: slots([]int{2, 10, 10, 2, 58, 56, 2, 218, 216}, 226, []int{218, 218, 220, 58, 58, 60, 12, 12, 12 + 4},
			map[string]int{"TIME": 4, "LABEL": 4, "VAE": 248, "CLIP": 197 + 390}),
	} {
		got := map[string]int{}
		for _, s := range table(t, tables[arch]) {
			c, block := Place(arch, s.Name)
			got[block]++
			if whole := map[string]Component{"CLIP": CLIP, "VAE": VAE}; block == "" || whole[block] != "" && whole[block] != c || whole[block] == "" && c != UNet {
				t.Errorf("%s: %s is placed in %q of %s", arch, s.Name, block, c)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: blocks have %v, want %v", arch, got, want)
		}
	}
}

// TestPlaceExtras: what else files carry belongs to no network.
func TestPlaceExtras(t *testing.T) {
	for _, s := range table(t, "sd15_extras") {
		if c, block := Place(SD1, s.Name); c != Other || block != "" {
			t.Errorf("%s is placed in %q of %s", s.Name, block, c)
		}
	}
}

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		arch  Arch
		name  string
		part  Component
		block string
	}{
		{SD1, "model.diffusion_model.input_blocks.11.0.out_layers.3.weight", UNet, "IN11"},
		{SD1, "model.diffusion_model.output_blocks.11.1.norm.weight", UNet, "OUT11"},
		{SD1, "model.diffusion_model.out.2.weight", UNet, "OUT11"},
		{SDXL, "model.diffusion_model.out.2.weight", UNet, "OUT08"},
		{SDXL, "model.diffusion_model.output_blocks.8.0.skip_connection.bias", UNet, "OUT08"},
		{SDXL, "model.diffusion_model.output_blocks.9.0.skip_connection.bias", UNet, ""},
		{SDXL, "model.diffusion_model.input_blocks.11.0.x", UNet, ""},
		{SD1, "model.diffusion_model.input_blocks.12.0.x", UNet, ""},
		{SDXL, "model.diffusion_model.label_emb.0.0.weight", UNet, "LABEL"},
		{SD2, "model.diffusion_model.label_emb.0.0.weight", UNet, "TIME"}, // unCLIP
		{SDXL, "model.diffusion_model.time_embed.0.weight", UNet, "TIME"},
		{SD2, "model.diffusion_model.middle_block.1.proj_in.weight", UNet, "M00"},
		{SD1, "model.diffusion_model.input_blocks.4.1.proj_in.weight.scale_weight", UNet, "IN04"},
		{SD1, "model.diffusion_model.input_blocks.x.0", UNet, ""},
		{SD1, "model.diffusion_model.input_blocks.04.0", UNet, ""},
		{SD1, "model.diffusion_model.input_blocks.-1.0", UNet, ""},
		{SD1, "model.diffusion_model.input_blocks.4", UNet, ""},
		{SD1, "model.diffusion_model.input_blocks.", UNet, ""},
		{SD1, "model.diffusion_model.99999999999999999999.0", UNet, ""},
		{SD1, "model.diffusion_model.", UNet, ""},
		{"", "model.diffusion_model.input_blocks.4.1.proj_in.weight", UNet, ""},
		{"", "first_stage_model.quant_conv.weight", VAE, "VAE"},
		{"", "cond_stage_model.logit_scale", CLIP, "CLIP"},
		{"", "conditioner.embedders.1.model.ln_final.weight", CLIP, "CLIP"},
		{SD1, "model.diffusion_model.scaled_fp8", Other, ""},
		{SD1, "model.diffusion_models.x", Other, ""},
		{SD1, "model_ema.diffusion_modelout2weight", Other, ""},
		{SDXL, "v_pred", Other, ""},
		{SDXL, "ztsnr", Other, ""},
		{SD1, "alphas_cumprod", Other, ""},
		{SD1, "", Other, ""},
	} {
		if part, block := Place(c.arch, c.name); part != c.part || block != c.block {
			t.Errorf("Place(%q, %q) = %s, %q; want %s, %q", c.arch, c.name, part, block, c.part, c.block)
		}
	}
}

// nai names a tensor as NovelAI's files do, ed2 as EveryDream2 exports it.
func nai(s Spec) Spec {
	s.Name = strings.Replace(s.Name, "cond_stage_model.transformer.text_model.", "cond_stage_model.transformer.", 1)
	return s
}

func ed2(s Spec) Spec {
	for old, name := range map[string]string{".q.": ".to_q.", ".k.": ".to_k.", ".v.": ".to_v.", ".proj_out.": ".to_out.0."} {
		if renamed := strings.Replace(s.Name, ".mid.attn_1"+old, ".mid.attn_1"+name, 1); renamed != s.Name && strings.HasPrefix(s.Name, "first_stage_model.") {
			s.Name = renamed
			if strings.HasSuffix(s.Name, ".weight") {
				s.Shape = s.Shape[:2]
			}
		}
	}
	return s
}

// TestCanonical: the two old ways of writing come back as the complete lists
// have them, and those lists come back as they are.
func TestCanonical(t *testing.T) {
	for arch := range tables {
		changed := map[string]int{}
		for _, want := range Complete(arch) {
			for how, write := range map[string]func(Spec) Spec{"": func(s Spec) Spec { return s }, "nai": nai, "ed2": ed2} {
				s := write(want)
				if s.Name != want.Name {
					changed[how]++
				}
				if name, shape := Canonical(s.Name, s.Shape); name != want.Name || !slices.Equal(shape, want.Shape) {
					t.Errorf("Canonical(%s, %v) = %s, %v; want %v", s.Name, s.Shape, name, shape, want)
				}
			}
		}
		want := map[string]int{"ed2": 16}
		if arch == SD1 {
			want["nai"] = 197
		}
		if !maps.Equal(changed, want) {
			t.Errorf("%s: %v names are written otherwise, want %v", arch, changed, want)
		}
	}
	for _, name := range []string{
		"first_stage_model.encoder.mid.attn_1.norm.weight", "first_stage_model.encoder.mid.attn_1.to_x.weight",
		"decoder.mid.attn_1.to_q.weight", "cond_stage_model.transformer.other.weight", "cond_stage_model.logit_scale",
		"conditioner.embedders.0.transformer.encoder.layers.0.mlp.fc1.weight", "", "model.diffusion_model.mid.attn_1.to_q.weight",
	} {
		if got, shape := Canonical(name, []int64{2, 3}); got != name || len(shape) != 2 {
			t.Errorf("Canonical(%q) = %q, %v", name, got, shape)
		}
	}
	for name, shape := range map[string][]int64{"weight": {5}, "bias": {5, 6}} { // shapes that no such tensor has
		if _, got := Canonical("first_stage_model.encoder.mid.attn_1.to_q."+name, shape); !slices.Equal(got, shape) {
			t.Errorf("Canonical of a %s of shape %v gives %v", name, shape, got)
		}
	}
}
