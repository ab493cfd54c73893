package mix_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
)

const (
	unet      = "model.diffusion_model."
	clip      = "cond_stage_model.transformer.text_model."
	firstConv = unet + "input_blocks.0.0.weight"
)

// change is a step from one list of tensors to another.
type change func([]checkpoint.Spec) []checkpoint.Spec

// file is a checkpoint as far as its header goes: a complete one of an
// architecture ("" is none), changed.
type file struct {
	arch    checkpoint.Arch
	changes []change
}

func (f file) leaf(address string) *mix.Leaf {
	specs := checkpoint.Complete(f.arch)
	for _, c := range f.changes {
		specs = c(specs)
	}
	h := &checkpoint.Header{}
	for _, s := range specs {
		h.Tensors = append(h.Tensors, checkpoint.Tensor{Name: s.Name, DType: s.DType, Shape: s.Shape})
	}
	return mix.NewLeaf(address, h.Tensors, checkpoint.Detect(h))
}

// sd1, sd2, sdxl and none are the files that a case begins with.
func sd1(c ...change) file  { return file{checkpoint.SD1, c} }
func sd2(c ...change) file  { return file{checkpoint.SD2, c} }
func sdxl(c ...change) file { return file{checkpoint.SDXL, c} }
func none(c ...change) file { return file{"", c} }

// with adds tensors, or replaces those of the same names: "name F16 320x4".
func with(list ...string) change {
	return func(specs []checkpoint.Spec) []checkpoint.Spec {
		for _, text := range list {
			f := strings.Fields(text)
			s := checkpoint.Spec{Name: f[0]}
			var err error
			if s.DType, err = checkpoint.ParseDType(f[1]); err != nil {
				panic(err)
			}
			for _, n := range f[2:] {
				for part := range strings.SplitSeq(n, "x") {
					d, err := strconv.ParseInt(part, 10, 64)
					if err != nil {
						panic(err)
					}
					s.Shape = append(s.Shape, d)
				}
			}
			specs = append(without(s.Name)(specs), s)
		}
		return specs
	}
}

// without drops the tensors whose names begin so.
func without(prefixes ...string) change {
	return func(specs []checkpoint.Spec) []checkpoint.Spec {
		return slices.DeleteFunc(slices.Clone(specs), func(s checkpoint.Spec) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.Name, p) })
		})
	}
}

// in gives all floats below a prefix a type.
func in(d checkpoint.DType, prefix string) change {
	return func(specs []checkpoint.Spec) []checkpoint.Spec {
		for i := range specs {
			if specs[i].DType.IsFloat() && strings.HasPrefix(specs[i].Name, prefix) {
				specs[i].DType = d
			}
		}
		return specs
	}
}

var profile = func(numbers string) lang.Coef {
	var list []*big.Rat
	for part := range strings.SplitSeq(numbers, " ") {
		r, ok := new(big.Rat).SetString(part)
		if !ok {
			panic(part)
		}
		list = append(list, r)
	}
	c, err := lang.NewProfile("", list)
	if err != nil {
		panic(err)
	}
	return c
}

// sum makes a form of coefficients, one for each leaf; "" takes none of it.
// 20 or 26 numbers are a profile.
func sum(coefs ...string) mix.Form {
	var f mix.Form
	for i, text := range coefs {
		switch r, ok := new(big.Rat).SetString(text); {
		case text == "":
		case ok:
			f = append(f, mix.FormTerm{Leaf: i, Coef: lang.Scalar(r)})
		default:
			f = append(f, mix.FormTerm{Leaf: i, Coef: profile(text)})
		}
	}
	return f
}

func numbers(n int, f func(i int) int) string {
	var list []string
	for i := range n {
		list = append(list, strconv.Itoa(f(i)))
	}
	return strings.Join(list, " ")
}

// glass makes a glass of files that are called model.a, model.b, …
func glass(main mix.Form, files ...file) *mix.Glass {
	g := &mix.Glass{Main: main}
	for i, f := range files {
		g.Leaves = append(g.Leaves, f.leaf(fmt.Sprintf("model.%c", 'a'+i)))
	}
	return g
}

func texts(list []mix.Trouble) (out []string) {
	for _, t := range list {
		word := "error"
		if t.Warning {
			word = "warning"
		}
		out = append(out, word+": "+t.Summary+": "+t.Detail)
	}
	return out
}

// TestTroubles: everything that can be wrong with ingredients, as it is told.
func TestTroubles(t *testing.T) {
	half := sum("1/2", "1/2")
	zeroInM00 := numbers(26, func(i int) int { return min(1, max(i-13, 13-i)) })
	oneInM00 := numbers(26, func(i int) int { return max(0, 1-max(i-13, 13-i)) })
	names := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("%sadded.%d F16 3", unet, i))
		}
		return list
	}
	for _, c := range []struct {
		name  string
		glass *mix.Glass
		set   func(g *mix.Glass)
		want  []string
	}{
		{"nothing", glass(half, sd1(), sd1()), nil, nil},
		{"SDXL", glass(half, sdxl(), sdxl()), nil, nil},

		{"SD 1 with SDXL", glass(half, sd1(), sdxl()), nil, []string{
			"error: Different architectures: model.a is SD 1.x and model.b is SDXL: they cannot be poured into one glass. Choose ingredients of one architecture."}},
		{"SD 2 with SD 1", glass(sum("1/3", "1/3", "1/3"), sd2(), sd2(), sd1()), nil, []string{
			"error: Different architectures: model.a is SD 2.x and model.c is SD 1.x: they cannot be poured into one glass. Choose ingredients of one architecture."}},
		{"v-prediction", glass(half, sdxl(with("v_pred F16 0", "ztsnr F16 0")), sdxl()), nil, []string{
			"error: Different prediction types: model.a is SDXL, v-prediction, zero terminal SNR and model.b is SDXL: a mix of the two predicts neither noise nor velocity."}},
		{"v-prediction of SD 2", glass(half, sd2(with("v_pred F16 0")), sd2()), nil, []string{
			"warning: Different prediction types: model.a is SD 2.x, v-prediction and model.b is SD 2.x: where that is true, and not only a mark that one file lacks, a mix of the two predicts neither noise nor velocity.",
			"warning: Extra tensors dropped: 1 tensor is not in every ingredient, and the network does not need it: v_pred. Write extra_keys = \"keep\" to take such tensors from the first ingredient that has them."}},
		{"both v-prediction", glass(half, sdxl(with("v_pred F16 0")), sdxl(with("v_pred F16 0"))), nil, nil},
		{"inpainting", glass(half, sd1(), sd1(with(firstConv+" F16 320x9x3x3"))), nil, []string{
			"error: Different inputs: model.a is SD 1.x and model.b is SD 1.x, inpainting: their first convolutions have different shapes."}},
		{"instruct-pix2pix", glass(half, sd1(with(firstConv+" F16 320x8x3x3")), sd1(with(firstConv+" F16 320x9x3x3"))), nil, []string{
			"error: Different inputs: model.a is SD 1.x, instruct-pix2pix and model.b is SD 1.x, inpainting: their first convolutions have different shapes."}},
		{"both inpainting", glass(half, sd1(with(firstConv+" F16 320x9x3x3")), sd1(with(firstConv+" F16 320x9x3x3"))), nil, nil},

		{"a LoRA", glass(half, sd1(), none(with("lora_unet_mid_block_attentions_0_proj_in.lora_down.weight F16 8x1280"))), nil, []string{
			"error: Unknown architecture: model.b is a LoRA, not a checkpoint. Checkpoints of SD 1.x, SD 2.x and SDXL can be mixed."}},
		{"something else", glass(sum("1"), none(with("model.layers.0.weight F16 8"))), nil, []string{
			"error: Unknown architecture: model.a is of an unknown architecture. Checkpoints of SD 1.x, SD 2.x and SDXL can be mixed."}},
		{"an empty file", glass(sum("1"), none()), nil, []string{
			"error: Unknown architecture: model.a is of an unknown architecture. Checkpoints of SD 1.x, SD 2.x and SDXL can be mixed."}},
		{"a VAE file", glass(sum("1", ""), sd1(), none(with("decoder.conv_in.weight F16 512x4x3x3"))), func(g *mix.Glass) { g.VAE = sum("", "1") }, []string{
			"error: Unknown architecture: model.b is a VAE alone, not a checkpoint. vae and clip take that part of a checkpoint of SD 1.x, SD 2.x or SDXL: name one that has it."}},
		{"scaled fp8", glass(half, sdxl(with(unet+"scaled_fp8 F8_E4M3 2")), sdxl()), nil, []string{
			"error: Scaled fp8 checkpoint: model.a keeps its weights as fp8 numbers with separate scales, which cannot be mixed as they are. Use the fp16 or bf16 file of the same model."}},
		{"two reasons", glass(half, sdxl(with(unet+"scaled_fp8 F8_E4M3 2")), sd1()), nil, []string{
			"error: Scaled fp8 checkpoint: model.a keeps its weights as fp8 numbers with separate scales, which cannot be mixed as they are. Use the fp16 or bf16 file of the same model.",
			"error: Different architectures: model.a is SDXL, scaled fp8 and model.b is SD 1.x: they cannot be poured into one glass. Choose ingredients of one architecture."}},
		{"profile of SDXL", glass(sum(numbers(20, func(int) int { return 1 }), ""), sd1()), nil, []string{
			"error: Block profile of another architecture: The weights per block are for SDXL (20 or 21 numbers), but model.a is SD 1.x."}},
		{"profile of SD 1", glass(sum(numbers(26, func(int) int { return 1 })), sdxl()), nil, []string{
			"error: Block profile of another architecture: The weights per block are for SD 1.x and 2.x (26 numbers), but model.a is SDXL."}},
		{"profile for SD 2", glass(sum(numbers(26, func(int) int { return 1 })), sd2()), nil, nil},

		{"a tensor is missing", glass(half, sd1(), sd1(without(firstConv))), nil, []string{
			"error: Missing tensors: model.b lacks 1 tensor that other ingredients of this mix have: model.diffusion_model.input_blocks.0.0.weight. A tensor cannot be mixed with nothing; use a complete checkpoint."}},
		{"no VAE", glass(half, sd1(without("first_stage_model.")), sd1(without(clip+"encoder.layers.11.mlp"))), nil, []string{
			"error: Missing tensors: model.a lacks 248 tensors that other ingredients of this mix have: first_stage_model.decoder.conv_in.bias, first_stage_model.decoder.conv_in.weight, first_stage_model.decoder.conv_out.bias and 245 more. A tensor cannot be mixed with nothing; use a complete checkpoint.",
			"error: Missing tensors: model.b lacks 4 tensors that other ingredients of this mix have: " + clip + "encoder.layers.11.mlp.fc1.bias, " + clip + "encoder.layers.11.mlp.fc1.weight, " + clip + "encoder.layers.11.mlp.fc2.bias and 1 more. A tensor cannot be mixed with nothing; use a complete checkpoint."}},
		{"missing in both of a difference", glass(sum("1", "1/2", "-1/2"), sd1(), sd1(without("first_stage_model.")), sd1(without("first_stage_model."))), nil, nil},
		{"missing in one of a difference", glass(sum("1", "1/2", "-1/2"), sd1(), sd1(), sd1(without(firstConv))), nil, []string{
			"error: Missing tensors: model.c lacks 1 tensor that other ingredients of this mix have: model.diffusion_model.input_blocks.0.0.weight. A tensor cannot be mixed with nothing; use a complete checkpoint."}},
		{"missing where it does not count", glass(sum(zeroInM00, oneInM00), sd1(without(unet+"middle_block.")), sd1()), nil, nil},
		{"missing where it counts", glass(sum(oneInM00, zeroInM00), sd1(without(unet+"middle_block.0.in_layers.0.b")), sd1()), nil, []string{
			"warning: Incomplete checkpoint: A complete checkpoint of SD 1.x has 1 tensor more than the ingredients bring: model.diffusion_model.middle_block.0.in_layers.0.bias. Some programs will not open the file, or take those tensors from elsewhere."}},
		{"missing, and replaced", glass(sum("1/2", "1/2", ""), sd1(without("first_stage_model.")), sd1(), sd1()), func(g *mix.Glass) { g.VAE = sum("", "", "1") }, nil},
		{"position_ids missing", glass(half, sd1(without(clip+"embeddings.position_ids")), sd1()), nil, nil},

		{"extra tensors", glass(half, sd1(with(names(5)...)), sd1(with("betas F32 1000"))), nil, []string{
			"warning: Extra tensors dropped: 6 tensors are not in every ingredient, and the network does not need them: betas, model.diffusion_model.added.0, model.diffusion_model.added.1 and 3 more. Write extra_keys = \"keep\" to take such tensors from the first ingredient that has them."}},
		{"extra tensors, kept", glass(half, sd1(with(names(5)...)), sd1()), func(g *mix.Glass) { g.ExtraKeys = "keep" }, nil},
		{"extra tensors in all", glass(half, sd1(with(names(5)...)), sd1(with(names(5)...))), nil, nil},
		{"extra tensors, an error", glass(half, sd1(with(names(2)...)), sd1()), func(g *mix.Glass) { g.ExtraKeys = "error" }, []string{
			"error: Extra tensors: 2 tensors are not in every ingredient, and the network does not need them: model.diffusion_model.added.0, model.diffusion_model.added.1. extra_keys = \"error\" forbids that: \"drop\" leaves them out, \"keep\" takes them from the first ingredient that has them."}},
		{"shapes", glass(half, sd1(with("cond_stage_model.x F16 3x4", "cond_stage_model.y F16")), sd1(with("cond_stage_model.x F16 4x3", "cond_stage_model.y F16 1"))), nil, []string{
			"error: Different shapes: 2 tensors cannot be mixed: cond_stage_model.x (3×4 in model.a, 4×3 in model.b), cond_stage_model.y (scalar in model.a, 1 in model.b)."}},
		{"number formats", glass(half, sd1(with("cond_stage_model.x F8_E8M0 3", "cond_stage_model.y F16 3")), sd1(with("cond_stage_model.x F8_E8M0 3", "cond_stage_model.y F8_E5M2FNUZ 3"))), nil, []string{
			"error: Number format that cannot be poured: 2 tensors are in one: cond_stage_model.x (F8_E8M0 in model.a), cond_stage_model.y (F8_E5M2FNUZ in model.b). Use a file in F16, BF16, F32, F64, F8_E4M3 or F8_E5M2."}},
		{"a copy of a number format of whole bytes", glass(sum("1"), sd1(with("cond_stage_model.x F8_E8M0 3", "y F8_E8M0 3"))), nil, nil},
		{"a copy of another", glass(sum("1"), sd1(with("cond_stage_model.x F4 4"))), nil, []string{
			"error: Number format that cannot be poured: 1 tensor is in one: cond_stage_model.x (F4 in model.a). Use a file in F16, BF16, F32, F64, F8_E4M3 or F8_E5M2."}},

		{"incomplete", glass(half, sd1(without("first_stage_model.")), sd1(without("first_stage_model."))), nil, []string{
			"warning: Incomplete checkpoint: A complete checkpoint of SD 1.x has 248 tensors more than the ingredients bring: first_stage_model.decoder.conv_in.bias, first_stage_model.decoder.conv_in.weight, first_stage_model.decoder.conv_out.bias and 245 more. Some programs will not open the file, or take those tensors from elsewhere."}},
		{"incomplete, an error", glass(half, sd1(without(firstConv)), sd1(without(firstConv))), func(g *mix.Glass) { g.Complete = true }, []string{
			"error: Incomplete checkpoint: A complete checkpoint of SD 1.x has 1 tensor more than the ingredients bring: model.diffusion_model.input_blocks.0.0.weight. Use complete ingredients, or leave complete = true out."}},
		{"without position_ids and logit_scale", glass(sum("1"), sd1(without(clip+"embeddings.position_ids"))), func(g *mix.Glass) { g.Complete = true }, nil},

		{"VAE of SD 1 on SD 2", glass(sum("1", ""), sd2(), sd1()), func(g *mix.Glass) { g.VAE = sum("", "1") }, nil},
		{"VAE of SDXL on SD 1", glass(sum("1", ""), sd1(), sdxl()), func(g *mix.Glass) { g.VAE = sum("", "1") }, []string{
			"error: Different architectures: model.a is SD 1.x and model.b is SDXL: they cannot be poured into one glass. Choose ingredients of one architecture."}},
		{"text encoder of SD 1 on SD 2", glass(sum("1", ""), sd2(), sd1()), func(g *mix.Glass) { g.CLIP = sum("", "1") }, []string{
			"error: Different architectures: model.a is SD 2.x and model.b is SD 1.x: they cannot be poured into one glass. Choose ingredients of one architecture."}},
		{"VAE of an inpainting model", glass(sum("1", ""), sd1(), sd1(with(firstConv+" F16 320x9x3x3", "v_pred F16 0"))), func(g *mix.Glass) { g.VAE = sum("", "1") }, nil},
		{"a VAE under a checkpoint's names", glass(sum("1", ""), sd1(), none(with("first_stage_model.decoder.conv_in.weight F16 512x4x3x3"))), func(g *mix.Glass) { g.VAE = sum("", "1") }, []string{
			"warning: Incomplete checkpoint: A complete checkpoint of SD 1.x has 247 tensors more than the ingredients bring: first_stage_model.decoder.conv_in.bias, first_stage_model.decoder.conv_out.bias, first_stage_model.decoder.conv_out.weight and 244 more. Some programs will not open the file, or take those tensors from elsewhere."}},
		{"nothing in common", glass(sum("1", ""), none(with("first_stage_model.x F16 1")), none(with("cond_stage_model.x F16 1"))), func(g *mix.Glass) { g.VAE = sum("", "1") }, []string{
			"error: Nothing to pour: The ingredients have no tensors in common."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.set != nil {
				c.set(c.glass)
			}
			parts, troubles := c.glass.Resolve()
			if d := cmp.Diff(c.want, texts(troubles)); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			failed := slices.ContainsFunc(troubles, func(t mix.Trouble) bool { return !t.Warning })
			if failed != (parts == nil) {
				t.Errorf("%d parts", len(parts))
			}
		})
	}
}

// text says all of a part but its name and shape: "F16 unet IN00 1/2 b +
// 1/2 a(F32)", leaves without "model.", with the type of those that have another.
func text(g *mix.Glass, p mix.Part) string {
	out := fmt.Sprintf("%s %s %s", p.DType, p.Component, p.Block)
	if p.Literal != nil {
		return out + " literal"
	}
	sign := " "
	for _, t := range p.Terms {
		out += sign
		if t.Coef.Cmp(big.NewRat(1, 1)) != 0 {
			out += t.Coef.RatString() + " "
		}
		out += strings.TrimPrefix(g.Leaves[t.Leaf].Address, "model.")
		if t.Tensor.DType != p.DType {
			out += "(" + t.Tensor.DType.String() + ")"
		}
		sign = " + "
	}
	return out
}

// TestParts: what tensors are made of. Names that a case does not list are not
// looked at; "" is one that must not be there.
func TestParts(t *testing.T) {
	const ids, ema, vae, te = clip + "embeddings.position_ids", "model_ema.decay", "first_stage_model.quant_conv.bias", clip + "final_layer_norm.bias"
	const time, in03, out, out3 = unet + "time_embed.0.bias", unet + "input_blocks.3.0.op.bias", unet + "out.2.bias", unet + "output_blocks.3.0.in_layers.0.bias"
	type parts map[string]string
	half := sum("1/2", "1/2")
	types := func(m map[string]checkpoint.DType) func(*mix.Glass) { return func(g *mix.Glass) { g.DType = m } }
	ramp := func(i int) int { return i }
	back := func(i int) int { return 1 - i }
	for _, c := range []struct {
		name  string
		glass *mix.Glass
		set   func(g *mix.Glass)
		want  parts
	}{
		{"a mix", glass(half, sd1(), sd1()), nil, parts{
			in03: "F16 unet IN03 1/2 a + 1/2 b", vae: "F16 vae VAE 1/2 a + 1/2 b", te: "F16 clip CLIP 1/2 a + 1/2 b", out: "F16 unet OUT11 1/2 a + 1/2 b", time: "F16 unet TIME 1/2 a + 1/2 b"}},
		{"one model", glass(sum("1"), sd1(with("betas F32 9", ema+" F32"))), nil, parts{in03: "F16 unet IN03 a", ids: "I64 clip CLIP literal", "betas": "F32 other  a", ema: "F32 other  a"}},
		{"part of one", glass(sum("-1/3"), sd1(with("betas F32 9"))), nil, parts{in03: "F16 unet IN03 -1/3 a", "betas": "F32 other  a"}},

		{"a profile", glass(sum(numbers(26, ramp), numbers(26, back)), sd1(), sd1(with("extra F16 1"))), func(g *mix.Glass) { g.ExtraKeys = "keep" }, parts{
			te: "F16 clip CLIP b", vae: "F16 vae VAE b", time: "F16 unet TIME a", in03: "F16 unet IN03 4 a + -3 b", out: "F16 unet OUT11 25 a + -24 b", "extra": "F16 other  b"}},
		{"a profile of SDXL", glass(sum(numbers(21, ramp), numbers(21, back)), sdxl(), sdxl()), nil, parts{
			"conditioner.embedders.1.model.ln_final.bias": "F16 clip CLIP b", vae: "F16 vae VAE 20 a + -19 b", unet + "label_emb.0.0.bias": "F16 unet LABEL a", out: "F16 unet OUT08 19 a + -18 b"}},

		{"position_ids as floats", glass(half, sd1(with(ids+" F32 1x77")), sd1(with(ids+" F32 1x77"))), nil, parts{ids: "I64 clip CLIP literal"}},
		{"position_ids in one", glass(half, sd1(without(ids)), sd1(with(ids+" I64 77"))), nil, parts{ids: "I64 clip CLIP literal"}},
		{"position_ids in none", glass(half, sd1(without(ids)), sd1(without(ids))), nil, parts{ids: ""}},
		{"integers of the first", glass(half, sd1(with("n I32", "cond_stage_model.m U8 3")), sd1(with("n I64", "cond_stage_model.m U8 4"))), func(g *mix.Glass) { g.First = 1 }, parts{
			"n": "I64 other  b", "cond_stage_model.m": "U8 clip CLIP b"}},
		{"integers with floats", glass(half, sd1(with("cond_stage_model.m F32")), sd1(with("cond_stage_model.m I64"))), nil, parts{"cond_stage_model.m": "F32 clip CLIP a"}},
		{"integers with floats, the other way", glass(half, sd1(with("cond_stage_model.m F32")), sd1(with("cond_stage_model.m I64"))), func(g *mix.Glass) { g.First = 1 }, parts{"cond_stage_model.m": "I64 clip CLIP b"}},
		{"buffers and markers as they are", glass(half, sdxl(with("betas F64 9", "ztsnr F16 0", "v_pred F32 0", ema+" F32")), sdxl(with("betas F32 9", "ztsnr F16 0", "v_pred F16 0", ema+" F16"))),
			types(map[string]checkpoint.DType{"*": checkpoint.BF16}), parts{"betas": "F64 other  a", "ztsnr": "F16 other  a", "v_pred": "F32 other  a", ema: "BF16 other  1/2 a(F32) + 1/2 b(F16)"}},
		{"no weights", glass(half, sd1(with(unet+"e F32 0x3")), sd1(with(unet+"e F32 0x3"))), nil, parts{unet + "e": "F32 unet  a"}},

		{"extra keys", glass(half, sd1(with("x F16 1")), sd1(with("y F16 1"))), nil, parts{"x": "", "y": ""}},
		{"extra keys kept", glass(sum("1/4", "1/4", "1/2"), sd1(with("x F32 1")), sd1(with("x BF16 1", unet+"y F32 2")), sd1()), func(g *mix.Glass) { g.ExtraKeys, g.First = "keep", 1 }, parts{
			"x": "BF16 other  b", unet + "y": "F32 unet  b"}},
		{"extra keys in all", glass(half, sd1(with(unet+"y F16 2")), sd1(with(unet+"y F16 2"))), nil, parts{unet + "y": "F16 unet  1/2 a + 1/2 b"}},
		{"missing in both of a difference", glass(sum("1", "1/2", "-1/2"), sd1(), sd1(without(te)), sd1(without(te))), nil, parts{te: "F16 clip CLIP a", in03: "F16 unet IN03 a + 1/2 b + -1/2 c"}},

		{"VAE", glass(sum("1/2", "1/2", ""), sd1(), sd1(), sd1(in(checkpoint.F32, ""))), func(g *mix.Glass) { g.VAE = sum("", "", "1") }, parts{
			vae: "F32 vae VAE c", in03: "F16 unet IN03 1/2 a + 1/2 b", te: "F16 clip CLIP 1/2 a + 1/2 b"}},
		{"text encoder", glass(sum("1", "", ""), sd1(), sd1(in(checkpoint.BF16, "")), sd1(in(checkpoint.BF16, ""), without(ids))), func(g *mix.Glass) { g.CLIP = sum("", "3", "-2") }, parts{
			te: "BF16 clip CLIP 3 b + -2 c", ids: "I64 clip CLIP literal", vae: "F16 vae VAE a"}},

		{"F16 and BF16", glass(half, sd1(in(checkpoint.F16, "")), sd1(in(checkpoint.BF16, ""))), nil, parts{in03: "F32 unet IN03 1/2 a(F16) + 1/2 b(BF16)"}},
		{"by component", glass(half, sd1(in(checkpoint.F32, "first_stage_model.")), sd1(in(checkpoint.F64, clip))), nil, parts{
			in03: "F16 unet IN03 1/2 a + 1/2 b", vae: "F32 vae VAE 1/2 a + 1/2 b(F16)", te: "F64 clip CLIP 1/2 a(F16) + 1/2 b"}},
		{"within a component", glass(half, sd1(in(checkpoint.F32, out3)), sd1()), nil, parts{in03: "F32 unet IN03 1/2 a(F16) + 1/2 b(F16)", out3: "F32 unet OUT03 1/2 a + 1/2 b(F16)", vae: "F16 vae VAE 1/2 a + 1/2 b"}},
		{"F32 and BF16", glass(half, sd1(in(checkpoint.F32, "")), sd1(in(checkpoint.BF16, ""))), nil, parts{in03: "F32 unet IN03 1/2 a + 1/2 b(BF16)"}},
		{"BF16", glass(half, sd1(in(checkpoint.BF16, "")), sd1(in(checkpoint.BF16, ""))), nil, parts{in03: "BF16 unet IN03 1/2 a + 1/2 b"}},
		{"F8", glass(half, sd1(in(checkpoint.F8_E4M3, "")), sd1(in(checkpoint.F8_E5M2, ""))), nil, parts{in03: "F16 unet IN03 1/2 a(F8_E4M3) + 1/2 b(F8_E5M2)"}},
		{"F8 alone", glass(sum("1"), sd1(in(checkpoint.F8_E4M3, ""))), nil, parts{in03: "F16 unet IN03 a(F8_E4M3)"}},
		{"F8 and BF16", glass(half, sd1(in(checkpoint.F8_E4M3, "")), sd1(in(checkpoint.BF16, ""))), nil, parts{in03: "F32 unet IN03 1/2 a(F8_E4M3) + 1/2 b(BF16)"}},
		{"a leaf that does not count here", glass(sum(numbers(26, func(i int) int { return min(i, 1) }), numbers(26, func(i int) int { return 1 - min(i, 1) })), sd1(), sd1(in(checkpoint.F32, ""))), nil, parts{
			in03: "F16 unet IN03 a", vae: "F32 vae VAE b", te: "F32 clip CLIP b"}},
		{"as said", glass(half, sd1(with(ema+" F32")), sd1(with(ema+" F32"))), types(map[string]checkpoint.DType{"vae": checkpoint.F32, "*": checkpoint.F8_E5M2}), parts{
			in03: "F8_E5M2 unet IN03 1/2 a(F16) + 1/2 b(F16)", vae: "F32 vae VAE 1/2 a(F16) + 1/2 b(F16)", ids: "I64 clip CLIP literal", ema: "F8_E5M2 other  1/2 a(F32) + 1/2 b(F32)"}},
		{"said of one component", glass(half, sd1(), sd1()), types(map[string]checkpoint.DType{"unet": checkpoint.BF16}), parts{in03: "BF16 unet IN03 1/2 a(F16) + 1/2 b(F16)", vae: "F16 vae VAE 1/2 a + 1/2 b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.set != nil {
				c.set(c.glass)
			}
			list, troubles := c.glass.Resolve()
			if list == nil {
				t.Fatal(texts(troubles))
			}
			got := parts{}
			for name := range c.want {
				got[name] = ""
			}
			for _, p := range list {
				if _, asked := c.want[p.Name]; asked {
					got[p.Name] = text(c.glass, p)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// TestPositionIDs: they are the numbers 0 … 76, little-endian.
func TestPositionIDs(t *testing.T) {
	parts, _ := glass(sum("1/2", "1/2"), sd1(with(clip+"embeddings.position_ids F16 7")), sd1()).Resolve()
	for _, p := range parts {
		if p.Name != clip+"embeddings.position_ids" {
			continue
		}
		if !slices.Equal(p.Shape, []int64{1, 77}) || len(p.Literal) != 8*77 {
			t.Fatalf("%v, %d bytes", p.Shape, len(p.Literal))
		}
		for i := range 77 {
			if got := binary.LittleEndian.Uint64(p.Literal[8*i:]); got != uint64(i) {
				t.Errorf("%d is %d", i, got)
			}
		}
		return
	}
	t.Error("there are none")
}
