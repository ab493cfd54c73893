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

// verdict is what a piece of evidence proves.
type verdict struct {
	holds   bool
	arch    Arch
	foreign string // what a file is that is none of ours
	because string // what was seen, in words that follow "it has"
}

// judge weighs the evidence: the first verdict that holds.
func (e *evidence) judge() verdict {
	for _, v := range []verdict{
		{e.flux, "", "a Flux model", "the blocks of a Flux transformer"},
		{e.sd3, "", "an SD 3 model", "the joint_blocks of an SD 3 transformer"},
		{e.video, "", "a video model", "attention over time (time_stack)"},
		{e.refinerEncoder && !e.twoEncoders, "", "the SDXL refiner", "the refiner's only text encoder (conditioner.embedders.0.model)"},
		{e.unet && e.label && e.deepBlocks && !e.outerAttention && !e.clipOpen && !e.clipHF, "", "the SDXL refiner", "label_emb and 12 input blocks, and no attention in the outer ones"},
		{e.twoEncoders, SDXL, "", "the text encoders of SDXL (conditioner.embedders)"},
		{e.deepMiddle, SDXL, "", "more than one transformer in the middle block"},
		{e.unet && e.label && !e.clipOpen && !e.outerAttention, SDXL, "", "label_emb, and no attention in the outer blocks"},
		{e.clipOpen, SD2, "", "an OpenCLIP text encoder (cond_stage_model.model)"},
		{e.clipHF, SD1, "", "a CLIP text encoder (cond_stage_model.transformer)"},
		{e.unet && e.context == 2048, SDXL, "", "cross-attention to 2048 values"},
		{e.unet && e.context == 1024, SD2, "", "cross-attention to 1024 values"},
		{e.unet && e.linearProjection && (e.outerAttention || e.deepBlocks), SD2, "", "linear projections around its attention"},
		{e.unet && e.context == 768, SD1, "", "cross-attention to 768 values"},
		{e.unet && (e.outerAttention || e.deepBlocks), SD1, "", "the blocks of SD 1.x and 2.x, and nothing that speaks for 2.x"},
		{e.unet, "", "", "parts of a UNet, and none that tells the architecture"},
		{e.lora, "", "a LoRA, not a checkpoint", "low-rank factors of changes to weights"},
		{e.control, "", "a ControlNet, not a checkpoint", "the tensors of a ControlNet"},
		{e.diffusers, "", "a UNet in the diffusers layout, not a checkpoint", "down_blocks, mid_block or up_blocks"},
		{e.vae, "", "a VAE alone, not a checkpoint", "a VAE and nothing else"},
		{e.encoder, "", "a text encoder alone, not a checkpoint", "a text encoder and nothing else"},
		{e.embedding, "", "a textual inversion, not a checkpoint", "the vectors of a textual inversion"},
	} {
		if v.holds {
			return v
		}
	}
	return verdict{}
}
