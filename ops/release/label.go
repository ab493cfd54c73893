package release

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"

	"cosmo/engine/digest"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
)

// LabelVersion is raised when the same label is written otherwise.
const LabelVersion = 2

// Label is what a release file says of itself. All but the digests of Ingredients
// follows from the recipe.
type Label struct {
	Name                                string // the release's own, as its address has it
	Title, Description, Author, License string
	Form, VAE, CLIP                     *lang.Form   // over Ingredients; VAE and CLIP may be nil
	First                               lang.Address // the leaf whose integer tensors are taken
	DType                               map[string]checkpoint.DType
	ExtraKeys                           string
	AnyMass, AllowNonfinite, Complete   bool
	EmbedRecipe                         bool
	Ingredients                         []Ingredient // the leaves of all forms, sorted by name

	// Known when the ingredients are open.
	Arch        checkpoint.Arch
	VPrediction bool
	Half        bool // the UNet is stored as fp16
}

// Ingredient is a leaf as the label names it.
type Ingredient struct {
	Address lang.Address
	Source  string // where it can be had; "" for a file of the author's
	SHA256  digest.Sum
	Root    digest.Sum
	Legacy  string            // A1111's short hash, see LegacyHash
	Meta    map[string]string // its own metadata, for the lineage it carries
}

// LegacyHash is the eight digits by which A1111 knew checkpoints before it
// hashed whole files: the start of the SHA-256 of the 64 KiB at offset 1 MiB
// (of nothing, where the file is shorter).
func LegacyHash(r io.ReaderAt) (string, error) {
	buf := make([]byte, 0x10000)
	n, err := r.ReadAt(buf, 0x100000)
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read legacy hash: %w", err)
	}
	return digest.Of(buf[:n]).Hex()[:8], nil
}

// Metadata is the label as safetensors metadata: ModelSpec 1.0.1 for tools
// that catalogue models, A1111's merge record for its users, and cosmo's own
// recipe, from which the file can be poured again.
func (l *Label) Metadata() (map[string]string, error) {
	m := map[string]string{"format": "pt"}
	spec := func(key, value string) {
		if value != "" {
			m["modelspec."+key] = value
		}
	}
	spec("sai_model_spec", "1.0.1")
	arch, resolution := architecture(l.Arch, l.VPrediction)
	spec("architecture", arch)
	spec("implementation", "https://github.com/Stability-AI/generative-models")
	spec("title", l.Title)
	spec("description", l.Description)
	spec("author", l.Author)
	spec("license", l.License)
	spec("resolution", resolution)
	var names []string
	for _, i := range l.Ingredients {
		names = append(names, i.Address.Name())
	}
	spec("merged_from", strings.Join(names, ", "))
	if l.Arch != "" {
		prediction := "epsilon"
		if l.VPrediction {
			prediction = "v"
		}
		spec("prediction_type", prediction)
	}
	if mass := l.Form.Mass(); !mass.Equal(lang.Scalar(big.NewRat(1, 1))) {
		m["cosmo.mass"] = mass.Canonical()
	}
	if err := l.a1111(m); err != nil {
		return nil, err
	}
	if l.EmbedRecipe {
		m["cosmo.recipe"] = l.Recipe()
	}
	return m, nil
}

// maxLineage bounds what is copied from an ingredient's own label, in bytes: a
// header must stay readable, however long the line of ancestors.
const maxLineage = 1 << 20

// architecture gives ModelSpec's name and native resolution.
func architecture(a checkpoint.Arch, v bool) (name, resolution string) {
	switch {
	case a == checkpoint.SD1:
		return "stable-diffusion-v1", "512x512"
	case a == checkpoint.SD2 && v:
		return "stable-diffusion-v2-768-v", "768x768"
	case a == checkpoint.SD2:
		return "stable-diffusion-v2-512", "512x512"
	case a == checkpoint.SDXL:
		return "stable-diffusion-xl-v1-base", "1024x1024"
	}
	return "", ""
}

// a1111 writes sd_merge_recipe and sd_merge_models as A1111's merger does: a
// record of this mix, and of every ancestor that the ingredients still know.
func (l *Label) a1111(m map[string]string) error {
	if len(l.Ingredients) == 0 {
		return nil
	}
	// The primary model of theirs is the one that is named first; who gives a
	// component alone is none of the three.
	order := slices.DeleteFunc(slices.Clone(l.Ingredients), func(i Ingredient) bool { return l.Form.Coef(i.Address).IsZero() })
	slices.SortStableFunc(order, func(a, b Ingredient) int { return btoi(b.Address == l.First) - btoi(a.Address == l.First) })
	bakedIn := "None"
	if l.VAE != nil {
		bakedIn = "a mix"
		if len(l.VAE.Terms) == 1 {
			bakedIn = l.VAE.Terms[0].Leaf.Name()
		} else if l.EmbedRecipe {
			bakedIn = l.formText(l.VAE)
		}
	}
	hash := func(i int) any {
		if i < len(order) {
			return order[i].SHA256.Hex()
		}
		return nil
	}
	recipe := map[string]any{
		"type":                 "cosmo",
		"primary_model_hash":   hash(0),
		"secondary_model_hash": hash(1),
		"tertiary_model_hash":  hash(2),
		"interp_method":        "exact linear form",
		"multiplier":           nil,
		"save_as_half":         l.Half,
		"custom_name":          l.Title,
		"config_source":        0,
		"bake_in_vae":          bakedIn,
		"discard_weights":      "",
		"is_inpainting":        false,
		"is_instruct_pix2pix":  false,
	}
	if l.EmbedRecipe {
		recipe["formula"] = l.formText(l.Form)
	}
	models := map[string]json.RawMessage{}
	for _, i := range l.Ingredients {
		var old map[string]json.RawMessage
		if text := i.Meta["sd_merge_models"]; len(text) <= maxLineage && json.Unmarshal([]byte(text), &old) == nil {
			maps.Copy(models, old)
		}
	}
	for _, i := range l.Ingredients {
		var own any
		if text := i.Meta["sd_merge_recipe"]; len(text) <= maxLineage && json.Valid([]byte(text)) {
			own = json.RawMessage(text)
		}
		entry, err := json.Marshal(map[string]any{"name": i.Address.Name(), "legacy_hash": i.Legacy, "sd_merge_recipe": own})
		if err != nil {
			return fmt.Errorf("write merge record of %s: %w", i.Address, err)
		}
		models[i.SHA256.Hex()] = entry
	}
	for key, v := range map[string]any{"sd_merge_recipe": recipe, "sd_merge_models": models} {
		text, err := json.Marshal(v) // maps are written in key order
		if err != nil {
			return fmt.Errorf("write %s: %w", key, err)
		}
		m[key] = string(text)
	}
	return nil
}
