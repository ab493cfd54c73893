package checkpoint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// header is a checkpoint with these tensors.
func header(specs []Spec, metadata map[string]string) *Header {
	h := &Header{Metadata: metadata}
	for _, s := range specs {
		h.Tensors = append(h.Tensors, Tensor{Name: s.Name, DType: s.DType, Shape: s.Shape})
	}
	return h
}

// only keeps the tensors whose names begin with one of the prefixes.
func only(specs []Spec, prefixes ...string) []Spec {
	return slices.DeleteFunc(slices.Clone(specs), func(s Spec) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.Name, p) })
	})
}

// without drops them.
func without(specs []Spec, prefixes ...string) []Spec {
	return slices.DeleteFunc(slices.Clone(specs), func(s Spec) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.Name, p) })
	})
}

// plus adds tensors "name" or "name 320x4".
func plus(specs []Spec, more ...string) []Spec {
	specs = slices.Clone(specs)
	for _, m := range more {
		name, text, ok := strings.Cut(m, " ")
		shape := []int64{0}
		if ok {
			var err error
			if shape, err = parseShape(text); err != nil {
				panic(err)
			}
		}
		specs = append(specs, Spec{name, F16, shape})
	}
	return specs
}

// each changes every tensor.
func each(specs []Spec, f func(Spec) Spec) []Spec {
	specs = slices.Clone(specs)
	for i := range specs {
		specs[i] = f(specs[i])
	}
	return specs
}

// reshaped gives one tensor another shape.
func reshaped(specs []Spec, name string, shape ...int64) []Spec {
	return each(specs, func(s Spec) Spec {
		if s.Name == name {
			s.Shape = shape
		}
		return s
	})
}

const (
	unet      = "model.diffusion_model."
	firstConv = unet + "input_blocks.0.0.weight"
)

// TestDescribe: what is said of files that people have.
func TestDescribe(t *testing.T) {
	sd1, sd2, sdxl := table(t, "sd15"), table(t, "sd21"), table(t, "sdxl")
	extras := table(t, "sd15_extras")
	for _, c := range []struct {
		name  string
		specs []Spec
		meta  map[string]string
		want  string
	}{
		{"SD 1.5", sd1, nil, "SD 1.x"},
		{"SD 2.1", sd2, nil, "SD 2.x"},
		{"SDXL", sdxl, nil, "SDXL"},
		{"no text encoder", without(sd1, "cond_stage"), nil, "SD 1.x, without text encoder"},
		{"SD 2 without text encoder", without(sd2, "cond_stage"), nil, "SD 2.x, without text encoder"},
		{"SDXL without text encoders", without(sdxl, "conditioner"), nil, "SDXL, without text encoder"},
		{"no VAE", without(sd1, "first_stage"), nil, "SD 1.x, without VAE"},
		{"UNet of SD 1", only(sd1, unet), nil, "SD 1.x, without VAE, without text encoder"},
		{"UNet of SD 2", only(sd2, unet), nil, "SD 2.x, without VAE, without text encoder"},
		{"UNet of SDXL", only(sdxl, unet), nil, "SDXL, without VAE, without text encoder"},
		{"text encoder of SD 1", only(sd1, "cond_stage"), nil, "SD 1.x, without UNet, without VAE"},
		{"text encoders of SDXL", only(sdxl, "conditioner"), nil, "SDXL, without UNet, without VAE"},
		{"second text encoder of SDXL", only(sdxl, "conditioner.embedders.1."), nil, "SDXL, without UNet, without VAE"},
		{"UNet without attention", slices.DeleteFunc(only(sdxl, unet), func(s Spec) bool { return strings.Contains(s.Name, "transformer_blocks") }), nil, "SDXL, without VAE, without text encoder"},
		{"middle of SD 1", only(sd1, unet+"middle_block."), nil, "SD 1.x, without VAE, without text encoder"},
		{"middle of SD 2", only(sd2, unet+"middle_block."), nil, "SD 2.x, without VAE, without text encoder"},
		{"middle of SDXL", only(sdxl, unet+"middle_block."), nil, "SDXL, without VAE, without text encoder"},
		{"outer blocks of SD 1", noKeys(only(sd1, unet+"input_blocks.1.", unet+"input_blocks.2.")), nil, "SD 1.x, without VAE, without text encoder"},
		{"outer blocks of SD 2", noKeys(only(sd2, unet+"input_blocks.1.", unet+"input_blocks.2.")), nil, "SD 2.x, without VAE, without text encoder"},
		{"last blocks of SD 1", noKeys(only(sd1, unet+"output_blocks.9.", unet+"output_blocks.10.")), nil, "SD 1.x, without VAE, without text encoder"},
		{"last blocks of SD 2", noKeys(only(sd2, unet+"output_blocks.9.", unet+"output_blocks.10.")), nil, "SD 2.x, without VAE, without text encoder"},
		{"middle of SDXL without keys", noKeys(only(sdxl, unet+"middle_block.")), nil, "SDXL, without VAE, without text encoder"},
		{"text encoder of SD 2", only(sd2, "cond_stage"), nil, "SD 2.x, without UNet, without VAE"},
		{"text encoder of the SDXL refiner", plus(nil, "conditioner.embedders.0.model.ln_final.bias 1280"), nil, "the SDXL refiner"},
		{"time_embed alone", only(sd1, unet+"time_embed"), nil, "of an unknown architecture"},
		{"SDXL with the keys of a conversion", plus(sdxl, "cond_stage_model.transformer.text_model.final_layer_norm.weight 768"), nil, "SDXL"},

		{"inpainting", reshaped(sd1, firstConv, 320, 9, 3, 3), nil, "SD 1.x, inpainting"},
		{"SDXL inpainting", reshaped(sdxl, firstConv, 320, 9, 3, 3), nil, "SDXL, inpainting"},
		{"pix2pix", reshaped(sd1, firstConv, 320, 8, 3, 3), nil, "SD 1.x, instruct-pix2pix"},
		{"v-prediction and zero terminal SNR", plus(sdxl, "v_pred", "ztsnr"), nil, "SDXL, v-prediction, zero terminal SNR"},
		{"EDM v-prediction", plus(sdxl, "edm_vpred.sigma_max scalar", "edm_vpred.sigma_min scalar"), nil, "SDXL, v-prediction"},
		{"v-prediction by metadata", sd2, map[string]string{"modelspec.prediction_type": "v"}, "SD 2.x, v-prediction"},
		{"v-prediction by ComfyUI's metadata", sd2, map[string]string{"modelspec.predict_key": "v"}, "SD 2.x, v-prediction"},
		{"noise prediction by metadata", sd2, map[string]string{"modelspec.prediction_type": "epsilon"}, "SD 2.x"},
		{"a trainer's file", slices.Concat(sd1, extras), nil, "SD 1.x, with EMA weights"},
		{"the rest of an EMA", plus(sd1, "model_ema.decay scalar", "model_ema.num_updates scalar"), nil, "SD 1.x"},
		{"scaled fp8", plus(sdxl, unet+"scaled_fp8", unet+"middle_block.1.proj_in.scale_weight scalar"), nil, "SDXL, scaled fp8"},
		{"fp8 without scales", each(sdxl, func(s Spec) Spec { s.DType = F8_E4M3; return s }), nil, "SDXL"},
		{"NovelAI", each(sd1, nai), nil, "SD 1.x"},
		{"EveryDream2", each(sd1, ed2), nil, "SD 1.x"},
		{"tiny", each(sd1, func(s Spec) Spec { s.Shape = shrink(s.Shape); return s }), nil, "SD 1.x, tiny"},
		{"tiny SDXL", each(sdxl, func(s Spec) Spec { s.Shape = shrink(s.Shape); return s }), nil, "SDXL, tiny"},
		{"unCLIP", plus(sd2, unet+"label_emb.0.0.weight 1280x2048", "embedder.model.visual.proj 1280x1024"), nil, "SD 2.x"},
		{"unCLIP without text encoder", plus(only(sd2, unet), unet+"label_emb.0.0.weight 1280x2048"), nil, "SD 2.x, without VAE, without text encoder"},

		{"nothing", nil, nil, "of an unknown architecture"},
		{"something else", plus(nil, "model.layers.0.self_attn.q_proj.weight 4096x4096"), nil, "of an unknown architecture"},
		{"SDXL refiner", plus(nil, "conditioner.embedders.0.model.ln_final.bias 1280", unet+"label_emb.0.0.weight 1536x2560", unet+"input_blocks.11.0.in_layers.0.weight 1536", unet+"middle_block.1.transformer_blocks.3.attn2.to_k.weight 1536x1280"), nil, "the SDXL refiner"},
		{"UNet of the SDXL refiner", plus(nil, unet+"label_emb.0.0.weight 1536x2560", unet+"input_blocks.11.0.in_layers.0.weight 1536", unet+"middle_block.1.transformer_blocks.3.attn2.to_k.weight 1536x1280"), nil, "the SDXL refiner"},
		{"SD 3", plus(nil, unet+"joint_blocks.0.context_block.attn.qkv.weight 4608x1536", unet+"context_embedder.weight 1536x4096", "first_stage_model.decoder.conv_in.bias 512"), nil, "an SD 3 model"},
		{"SD 3 without prefixes", plus(nil, "joint_blocks.0.context_block.attn.qkv.weight 4608x1536"), nil, "an SD 3 model"},
		{"Flux", plus(nil, "double_blocks.0.img_attn.proj.weight 3072x3072", "single_blocks.0.linear1.weight 21504x3072"), nil, "a Flux model"},
		{"Flux with all parts", plus(nil, unet+"double_blocks.0.img_attn.proj.weight 3072x3072", "text_encoders.clip_l.transformer.text_model.final_layer_norm.weight 768", "vae.decoder.conv_in.bias 512"), nil, "a Flux model"},
		{"Flux as diffusers has it", plus(nil, "single_transformer_blocks.0.attn.to_q.weight 3072x3072", "transformer_blocks.0.attn.to_q.weight 3072x3072"), nil, "a Flux model"},
		{"Stable Video Diffusion", plus(nil, unet+"input_blocks.1.1.time_stack.0.attn1.to_q.weight 320x320", unet+"label_emb.0.0.weight 1280x768", unet+"input_blocks.11.0.in_layers.0.weight 1280", "first_stage_model.decoder.conv_in.bias 512"), nil, "a video model"},
		{"LoRA of kohya", plus(nil, "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight 8x1280", "lora_te_text_model_encoder_layers_0_mlp_fc1.alpha scalar"), nil, "a LoRA, not a checkpoint"},
		{"LoRA of diffusers", plus(nil, "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight 8x320"), nil, "a LoRA, not a checkpoint"},
		{"LoRA of old diffusers", plus(nil, "unet.down_blocks.0.attentions.0.processor.to_q_lora.down.weight 8x320", "text_encoder.text_model.encoder.layers.0.self_attn.k_proj.lora.up.weight 8x320"), nil, "a LoRA, not a checkpoint"},
		{"LoHa", plus(nil, "lora_unet_mid_block_attentions_0_proj_in.hada_w1_a 1280x8"), nil, "a LoRA, not a checkpoint"},
		{"LoKr", plus(nil, "lycoris_mid_block_attentions_0_proj_in.lokr_w1 8x8"), nil, "a LoRA, not a checkpoint"},
		{"LoRA for Flux", plus(nil, "lora_unet_double_blocks_0_img_attn_proj.lora_down.weight 8x3072", "transformer.single_transformer_blocks.0.attn.to_k.lora_A.weight 8x3072"), nil, "a LoRA, not a checkpoint"},
		{"VAE", plus(nil, "encoder.conv_in.weight 128x3x3x3", "decoder.mid.attn_1.q.weight 512x512x1x1"), nil, "a VAE alone, not a checkpoint"},
		{"VAE with its prefix", only(sd1, "first_stage"), nil, "a VAE alone, not a checkpoint"},
		{"UNet of diffusers", plus(nil, "conv_in.weight 320x4x3x3", "down_blocks.0.resnets.0.norm1.weight 320", "mid_block.resnets.0.norm1.weight 1280"), nil, "a UNet in the diffusers layout, not a checkpoint"},
		{"VAE of diffusers", plus(nil, "encoder.conv_in.weight 128x3x3x3", "encoder.down_blocks.0.resnets.0.norm1.weight 128"), nil, "a VAE alone, not a checkpoint"},
		{"text encoder", plus(nil, "text_model.encoder.layers.0.mlp.fc1.weight 3072x768"), nil, "a text encoder alone, not a checkpoint"},
		{"ControlNet", plus(nil, "control_model.input_blocks.0.0.weight 320x4x3x3"), nil, "a ControlNet, not a checkpoint"},
		{"ControlNet of diffusers", plus(nil, "controlnet_cond_embedding.conv_in.weight 16x3x3x3", "down_blocks.0.resnets.0.norm1.weight 320"), nil, "a ControlNet, not a checkpoint"},
		{"checkpoint with a ControlNet", plus(sd1, "control_model.input_blocks.0.0.weight 320x4x3x3"), nil, "SD 1.x"},
		{"textual inversion", plus(nil, "emb_params 4x768"), nil, "a textual inversion, not a checkpoint"},
		{"textual inversion of SDXL", plus(nil, "clip_g 4x1280", "clip_l 4x768"), nil, "a textual inversion, not a checkpoint"},
	} {
		if got := Describe(Detect(header(c.specs, c.meta))); got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
	for arch, want := range map[Arch]string{SD1: "SD 1.x", SD2: "SD 2.x", SDXL: "SDXL"} {
		if got := Describe(&Traits{Arch: arch}); got != want {
			t.Errorf("%s as such is %q", arch, got)
		}
	}
}

// noKeys drops what the width of the text embedding is read from.
func noKeys(specs []Spec) []Spec {
	return slices.DeleteFunc(specs, func(s Spec) bool { return strings.Contains(s.Name, ".attn2.") })
}

// shrink makes a shape narrower, as tiny models for tests are.
func shrink(shape []int64) []int64 {
	shape = slices.Clone(shape)
	for i, n := range shape {
		if n >= 320 {
			shape[i] = n / 10
		}
	}
	return shape
}

// TestTraits: what is there, missing and extra.
func TestTraits(t *testing.T) {
	for arch, file := range tables {
		specs := table(t, file)
		whole := Detect(header(specs, nil))
		if !whole.Whole() || whole.Arch != arch || len(whole.Missing)+len(whole.Extra)+whole.MissingCount+whole.ExtraCount > 0 {
			t.Errorf("%s: %+v", arch, whole)
		}
		for _, c := range []Count{whole.UNet, whole.VAE, whole.CLIP} {
			if c.Present != c.Complete || c.Present == 0 {
				t.Errorf("%s: %+v", arch, whole)
			}
		}
		// Each tensor that is taken away is missed, and alone.
		for i, s := range specs {
			if i%7 != 0 && !Optional(s.Name) {
				continue
			}
			got := Detect(header(slices.Delete(slices.Clone(specs), i, i+1), nil))
			want := []string{s.Name}
			if Optional(s.Name) {
				want = nil
			}
			if !slices.Equal(got.Missing, want) || got.MissingCount != len(want) || got.Whole() != (want == nil) || got.Arch != arch || got.ExtraCount != 0 {
				t.Errorf("%s without %s: %+v", arch, s.Name, got)
			}
		}
	}

	sd1 := table(t, "sd15")
	some := Detect(header(plus(without(sd1, unet+"middle_block.", "first_stage_model.encoder."),
		unet+"new.b", unet+"new.a", "cond_stage_model.logit_scale scalar", "v_pred", "betas", "unknown.key", unet+"out.0.scale_weight", "first_stage_model.loss.x"), nil))
	if some.Whole() || some.MissingCount != 46+106 || len(some.Missing) != MaxListed || !slices.IsSorted(some.Missing) || some.Missing[0] != "first_stage_model.encoder.conv_in.bias" {
		t.Errorf("%d missing: %q", some.MissingCount, some.Missing)
	}
	if want := []string{"first_stage_model.loss.x", unet + "new.a", unet + "new.b"}; !slices.Equal(some.Extra, want) || some.ExtraCount != 3 {
		t.Errorf("%d extra: %q", some.ExtraCount, some.Extra)
	}
	if some.UNet != (Count{640, 686}) || some.VAE != (Count{142, 248}) || some.CLIP != (Count{197, 197}) || !some.Schedule || !some.ScaledFP8 || !some.VPrediction {
		t.Errorf("%+v", some)
	}
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("%sx%02d", unet, i))
	}
	if got := Detect(header(plus(sd1, many...), nil)); got.ExtraCount != 30 || !slices.Equal(got.Extra, many[:MaxListed]) || !got.Whole() {
		t.Errorf("%d extra: %q", got.ExtraCount, got.Extra)
	}

	// The two old ways of writing are whole, and said to be such.
	both := Detect(header(each(sd1, func(s Spec) Spec { return ed2(nai(s)) }), nil))
	if !both.Whole() || both.ExtraCount != 0 || !both.NAIStyleCLIP || !both.DiffusersVAE || both.CLIP.Present != 197 || both.VAE.Present != 248 {
		t.Errorf("%+v", both)
	}
	if plain := Detect(header(sd1, nil)); plain.NAIStyleCLIP || plain.DiffusersVAE || plain.Tiny || plain.EMA || plain.Schedule || plain.ScaledFP8 {
		t.Errorf("%+v", plain)
	}
	// A tensor under both its names counts once.
	twice := Detect(header(slices.Concat(sd1, each(only(sd1, "cond_stage"), nai)), nil))
	if twice.CLIP.Present != 197 || twice.ExtraCount != 0 || !twice.Whole() {
		t.Errorf("%+v", twice)
	}
	trainer := Detect(header(slices.Concat(sd1, table(t, "sd15_extras")), nil))
	if !trainer.EMA || !trainer.Schedule || trainer.ExtraCount != 0 || !trainer.Whole() {
		t.Errorf("%+v", trainer)
	}
	if none := Detect(header(plus(nil, "emb_params 4x768"), nil)); none.Whole() || none.Arch != "" || none.MissingCount != 0 {
		t.Errorf("%+v", none)
	}
}
