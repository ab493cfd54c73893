package release

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"

	"cosmo/engine/digest"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
)

// Label is what a release file says of itself.
type Label struct {
	Title, Description, Author, License string
	Arch                                checkpoint.Arch
	VPrediction                         bool
	Written                             string // the mix as the author wrote it
	Form                                *lang.Form
	Ingredients                         []Ingredient // one per leaf of Form, sorted by address
	Half                                bool         // the UNet is stored in 16 bits
	EmbedRecipe                         bool
}

// Ingredient is a leaf as the label names it.
type Ingredient struct {
	Address lang.Address
	SHA256  digest.Sum
	Root    digest.Sum
	Legacy  string            // A1111's short hash, see LegacyHash
	Meta    map[string]string // its own metadata, for the lineage it carries
}

// Name is the ingredient's own name: its address without the block type.
func (i Ingredient) Name() string {
	_, name, _ := strings.Cut(string(i.Address), ".")
	return name
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
		names = append(names, i.Name())
	}
	spec("merged_from", strings.Join(names, ", "))
	if l.Arch != "" {
		prediction := "epsilon"
		if l.VPrediction {
			prediction = "v"
		}
		spec("prediction_type", prediction)
	}
	if err := l.a1111(m); err != nil {
		return nil, err
	}
	if l.EmbedRecipe {
		m["cosmo.recipe"] = l.Recipe()
	}
	return m, nil
}

// architecture gives ModelSpec's name and native resolution.
func architecture(a checkpoint.Arch, v bool) (name, resolution string) {
	switch {
	case a == "sd1":
		return "stable-diffusion-v1", "512x512"
	case a == "sd2" && v:
		return "stable-diffusion-v2-768-v", "768x768"
	case a == "sd2":
		return "stable-diffusion-v2-512", "512x512"
	case a == "sdxl":
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
	hash := func(i int) any {
		if i < len(l.Ingredients) {
			return l.Ingredients[i].SHA256.Hex()
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
		"bake_in_vae":          "None",
		"discard_weights":      "",
		"is_inpainting":        false,
		"is_instruct_pix2pix":  false,
	}
	if l.EmbedRecipe {
		recipe["formula"] = l.Written
	}
	models := map[string]json.RawMessage{}
	for _, i := range l.Ingredients {
		var old map[string]json.RawMessage
		if json.Unmarshal([]byte(i.Meta["sd_merge_models"]), &old) == nil {
			for sha, entry := range old {
				models[sha] = entry
			}
		}
	}
	for _, i := range l.Ingredients {
		var own any
		if text := i.Meta["sd_merge_recipe"]; json.Valid([]byte(text)) {
			own = json.RawMessage(text)
		}
		entry, err := json.Marshal(map[string]any{"name": i.Name(), "legacy_hash": i.Legacy, "sd_merge_recipe": own})
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

// Recipe is the mix as a recipe of its own: ingredients by digest and one
// flattened, exact form. Labels are the recipe's; paths are left out.
func (l *Label) Recipe() string {
	var b strings.Builder
	for _, i := range l.Ingredients {
		fmt.Fprintf(&b, "model %q {\n  sha256 = %q\n}\n", i.Name(), i.SHA256.Hex())
	}
	if l.Written != "" {
		fmt.Fprintf(&b, "# written: %s\n", strings.ReplaceAll(l.Written, "\n", " "))
	}
	fmt.Fprintf(&b, "cocktail %q {\n  mix = %s\n}\n", l.Title, FormText(l.Form))
	return b.String()
}

// FormText writes a form as a recipe expression with exact coefficients.
func FormText(f *lang.Form) string {
	var b strings.Builder
	for n, t := range f.Terms {
		sign, c := " + ", t.Coef
		if c.IsScalar() && c.At("").Sign() < 0 {
			sign, c = " - ", c.Neg()
		}
		if n == 0 {
			sign = strings.TrimPrefix(strings.TrimSuffix(sign, " "), " +")
		}
		b.WriteString(sign)
		b.WriteString(coefText(c))
		b.WriteString(reference(t.Leaf))
	}
	return b.String()
}

func coefText(c lang.Coef) string {
	if c.IsScalar() {
		r := c.At("")
		if r.Cmp(big.NewRat(1, 1)) == 0 {
			return ""
		}
		if !r.IsInt() {
			return "(" + r.RatString() + ") * "
		}
		return r.RatString() + " * "
	}
	return c.Expression() + " * "
}

// reference writes an address so that a recipe reads it whatever its label.
func reference(a lang.Address) string {
	kind, name, _ := strings.Cut(string(a), ".")
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_')
	}) && (name[0] < '0' || name[0] > '9')
	if plain {
		return kind + "." + name
	}
	return fmt.Sprintf("%s[%q]", kind, name)
}
