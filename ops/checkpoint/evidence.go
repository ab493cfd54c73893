package checkpoint

import "strings"

// evidence is what the names of a file speak for.
type evidence struct {
	unet, clipHF, clipOpen, twoEncoders, refinerEncoder bool
	label, deepMiddle, outerAttention, deepBlocks       bool
	context                                             int64 // width of the text embedding, 0 unknown
	linearProjection                                    bool  // proj_in is a matrix, as in SD 2.x and SDXL
	inputs                                              int64 // channels of the first convolution
	vpred, ztsnr, ema, schedule, scaled                 bool
	nai, diffusersVAE                                   bool

	lora, flux, sd3, video, diffusers, vae, encoder, control, embedding bool
}

func gather(h *Header) *evidence {
	e := &evidence{}
	for i := range h.Tensors {
		t := &h.Tensors[i]
		if name, ok := strings.CutPrefix(t.Name, unetPrefix); ok {
			e.fromUNet(name, t.Shape)
		} else {
			e.fromRest(t.Name)
		}
		e.scaled = e.scaled || isScale(t.Name)
	}
	return e
}

// isScale recognises the tensors that scaled fp8 files keep beside weights.
func isScale(name string) bool {
	for _, s := range []string{"scaled_fp8", ".scale_weight", ".weight_scale", ".scale_input", ".input_scale", ".comfy_quant"} {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

func (e *evidence) fromUNet(name string, shape []int64) {
	switch {
	case strings.HasPrefix(name, "joint_blocks."):
		e.sd3 = true
		return
	case strings.HasPrefix(name, "double_blocks."), strings.HasPrefix(name, "single_blocks."):
		e.flux = true
		return
	}
	part, rest, _ := strings.Cut(name, ".")
	index := -1
	switch part {
	case "label_emb":
		e.label = true
		return
	case "input_blocks", "output_blocks":
		index = leadingIndex(rest)
		_, rest, _ = strings.Cut(rest, ".")
	case "middle_block", "time_embed", "out":
	default:
		return
	}
	e.unet = true
	e.video = e.video || strings.Contains(rest, ".time_stack.")
	e.deepBlocks = e.deepBlocks || index > 8
	module, inner, _ := strings.Cut(rest, ".")
	if part == "input_blocks" && index == 0 && rest == "0.weight" && len(shape) == 4 {
		e.inputs = shape[1]
	}
	if module != "1" {
		return
	}
	if part == "input_blocks" && (index == 1 || index == 2) {
		e.outerAttention = true // SDXL has none at full resolution
	}
	if inner == "proj_in.weight" {
		e.linearProjection = len(shape) == 2
	}
	block, inBlock, ok := strings.Cut(strings.TrimPrefix(inner, "transformer_blocks."), ".")
	if !ok || !strings.HasPrefix(inner, "transformer_blocks.") {
		return
	}
	e.deepMiddle = e.deepMiddle || block != "0"
	if inBlock == "attn2.to_k.weight" && len(shape) == 2 {
		e.context = shape[1]
	}
}

func (e *evidence) fromRest(name string) {
	has := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	switch {
	case has("cond_stage_model.transformer."):
		e.clipHF = true
		e.nai = e.nai || isNAI(strings.TrimPrefix(name, "cond_stage_model.transformer."))
	case has("cond_stage_model.model."):
		e.clipOpen = true
	case has("conditioner.embedders.1."), has("conditioner.embedders.0.transformer."):
		e.twoEncoders = true
	case has("conditioner.embedders.0.model."):
		e.refinerEncoder = true
	case has("first_stage_model."):
		e.vae = true
		e.diffusersVAE = e.diffusersVAE || strings.Contains(name, ".mid.attn_1.to_")
	case has("model_ema.diffusion_model"):
		e.ema = true
	case name == "betas", name == "alphas_cumprod":
		e.schedule = true
	case name == "v_pred", has("edm_vpred."):
		e.vpred = true
	case name == "ztsnr":
		e.ztsnr = true
	case has("lora_"), has("lycoris_"), strings.Contains(name, ".lora_"), strings.Contains(name, ".lora."):
		e.lora = true
	case has("double_blocks."), has("single_blocks."), has("single_transformer_blocks."):
		e.flux = true
	case has("joint_blocks."):
		e.sd3 = true
	case has("control_model."), has("controlnet_"):
		e.control = true
	case has("down_blocks."), has("up_blocks."), has("mid_block."):
		e.diffusers = true
	case has("encoder.conv_in."), has("decoder.conv_in."):
		e.vae = true
	case has("text_model."):
		e.encoder = true
	case name == "emb_params", name == "clip_l", name == "clip_g":
		e.embedding = true
	}
}

// arch weighs the evidence; foreign says what a file is that is none of ours.
func (e *evidence) arch() (a Arch, foreign string) {
	switch {
	case e.flux:
		return "", "a Flux model"
	case e.sd3:
		return "", "an SD 3 model"
	case e.video:
		return "", "a video model"
	case e.refinerEncoder && !e.twoEncoders, e.unet && e.label && e.deepBlocks && !e.outerAttention && !e.clipOpen && !e.clipHF:
		return "", "the SDXL refiner"
	case e.twoEncoders, e.deepMiddle, e.unet && e.label && !e.clipOpen && !e.outerAttention:
		return SDXL, ""
	case e.clipOpen:
		return SD2, ""
	case e.clipHF:
		return SD1, ""
	case e.unet && e.context == 2048:
		return SDXL, ""
	case e.unet && (e.context == 1024 || e.linearProjection && (e.outerAttention || e.deepBlocks)):
		return SD2, ""
	case e.unet && (e.context == 768 || e.outerAttention || e.deepBlocks):
		return SD1, ""
	case e.unet:
		return "", ""
	case e.lora:
		return "", "a LoRA, not a checkpoint"
	case e.control:
		return "", "a ControlNet, not a checkpoint"
	case e.diffusers:
		return "", "a UNet in the diffusers layout, not a checkpoint"
	case e.vae:
		return "", "a VAE alone, not a checkpoint"
	case e.encoder:
		return "", "a text encoder alone, not a checkpoint"
	case e.embedding:
		return "", "a textual inversion, not a checkpoint"
	}
	return "", ""
}
