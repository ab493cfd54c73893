package release

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine/digest"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
)

var update = flag.Bool("update", false, "write the labels of the golden files anew; read them before they are committed")

// label is a release of a recipe as the label sees it. Ingredients have digests
// that stand for their names.
func label(t *testing.T, recipe string) *Label {
	t.Helper()
	r, diags := lang.LoadBytes(map[string][]byte{"bar.hcl": []byte(recipe)}, ".", lang.Options{})
	if diags.HasErrors() || len(r.Releases) != 1 {
		t.Fatalf("%v\n%s", diags, recipe)
	}
	rel := r.Releases[0]
	l := &Label{
		Name: rel.Address.Name(), Title: rel.Title, Description: rel.Description, Author: rel.Author, License: rel.License,
		Form: rel.Form, VAE: rel.Pour.VAE, CLIP: rel.Pour.CLIP, First: rel.First, ExtraKeys: rel.Pour.ExtraKeys,
		AnyMass: rel.Pour.AnyMass, AllowNonfinite: rel.Pour.AllowNonfinite, Complete: rel.Pour.Complete, EmbedRecipe: rel.EmbedRecipe,
		Arch: checkpoint.SD1, Half: true,
	}
	for component, name := range rel.Pour.DType {
		d, err := checkpoint.ParseDType(name)
		if err != nil {
			t.Fatal(err)
		}
		if l.DType == nil {
			l.DType = map[string]checkpoint.DType{}
		}
		l.DType[component] = d
	}
	leaves := rel.Form.Leaves()
	for _, f := range []*lang.Form{l.VAE, l.CLIP} {
		if f != nil {
			leaves = append(leaves, f.Leaves()...)
		}
	}
	for _, m := range r.Models {
		if !slices.Contains(leaves, m.Address) {
			continue
		}
		i := Ingredient{Address: m.Address, SHA256: digest.Of([]byte("file " + m.Address)), Root: digest.Of([]byte("root " + m.Address)), Legacy: "abcd0123"}
		if strings.HasPrefix(m.Source, "synth:") {
			i.Source = m.Source
		}
		l.Ingredients = append(l.Ingredients, i)
	}
	slices.SortFunc(l.Ingredients, func(a, b Ingredient) int { return strings.Compare(a.Address.Name(), b.Address.Name()) })
	return l
}

const models = `
model "gin" { source = "gin.safetensors" }
model "lime" { source = "synth:tiny-sd15?seed=1" }
model "512" { source = "hidden/512.safetensors" }
`

// TestLabels holds whole labels against golden files.
func TestLabels(t *testing.T) {
	for _, c := range []struct {
		name   string
		recipe string
		change func(l *Label)
	}{
		{"plain", models + `release "sour" {
			model = 0.6 * model.gin + 0.2 * model.lime + 0.2 * model["512"]
			file  = "out/sour.safetensors"
			title = "Sour"
		}`, nil},
		{"everything", models + `release "sour" {
			model           = by_block("0, 1,1,1,1,1,1,1,1,1,1,1,1, 0.25, 0,0,0,0,0,0,0,0,0,0,0,0") / 3 * model.lime - 7 * model.gin
			file            = "out/sour.safetensors"
			vae             = model["512"]
			clip            = 0.5 * model.gin + 0.5 * model.lime
			dtype           = { unet = "fp16", clip = "fp32", vae = "bf16" }
			extra_keys      = "keep"
			title           = "Sour, \"double\"\n½ strong"
			description     = "$${not} a template, <b>nor</b> HTML"
			author          = "the bar & friends"
			license         = "creativeml-openrail-m"
			any_mass        = true
			allow_nonfinite = true
			complete        = true
		}`, func(l *Label) { l.Half = false }},
		{"secret", models + `release "sour" {
			model        = 0.61803 * model.gin + 0.38197 * model.lime
			file         = "out/sour.safetensors"
			title        = "Sour"
			embed_recipe = false
		}`, nil},
		{"velocity", models + `release "sour" {
			model = (model.gin + model.lime + model["512"]) / 3
			file  = "out/sour.safetensors"
			title = "Sour"
		}`, func(l *Label) { l.Arch, l.VPrediction = checkpoint.SD2, true }},
		{"lineage", models + `release "sour" {
			model = 0.5 * model.gin + 0.25 * model.lime + 0.25 * model["512"]
			file  = "out/sour.safetensors"
			title = "Sour"
		}`, func(l *Label) {
			// gin was merged by A1111, 512 by something that writes no JSON.
			l.Ingredients[1].Meta = map[string]string{
				"sd_merge_recipe": `{"type": "webui", "multiplier": 0.3}`,
				"sd_merge_models": `{"00aa": {"name": "juniper.safetensors", "legacy_hash": "01234567", "sd_merge_recipe": null}}`,
			}
			l.Ingredients[0].Meta = map[string]string{"sd_merge_recipe": "{'type': 'webui'}", "sd_merge_models": "[1, 2]"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := label(t, c.recipe)
			if c.change != nil {
				c.change(l)
			}
			meta, err := l.Metadata()
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			for _, key := range slices.Sorted(maps.Keys(meta)) {
				fmt.Fprintf(&b, "--- %s\n%s\n", key, strings.TrimSuffix(meta[key], "\n"))
			}
			golden(t, filepath.Join("testdata", c.name+".txt"), b.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s: -want +got\n%s", path, d)
	}
}

// TestMergeRecord: A1111's own fields are all there, in its types, and the
// record of each ingredient stands under the digest that the recipe names.
func TestMergeRecord(t *testing.T) {
	l := label(t, models+`release "sour" {
		model = 0.5 * model.lime + 0.5 * model.gin
		file  = "out/sour.safetensors"
		title = "Sour"
		vae   = model["512"]
	}`)
	meta, err := l.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	var recipe map[string]any
	if err := json.Unmarshal([]byte(meta["sd_merge_recipe"]), &recipe); err != nil {
		t.Fatal(err)
	}
	var models map[string]struct {
		Name   string `json:"name"`
		Legacy string `json:"legacy_hash"`
		Recipe any    `json:"sd_merge_recipe"`
	}
	if err := json.Unmarshal([]byte(meta["sd_merge_models"]), &models); err != nil {
		t.Fatal(err)
	}
	// Field and type as A1111's merger writes them; multiplier and the names of
	// models may be null there.
	for field, example := range map[string]any{
		"type": "", "primary_model_hash": "", "secondary_model_hash": "", "tertiary_model_hash": nil, "interp_method": "", "multiplier": nil,
		"save_as_half": true, "custom_name": "", "config_source": 0.0, "bake_in_vae": "", "discard_weights": "", "is_inpainting": true, "is_instruct_pix2pix": true,
	} {
		if v, ok := recipe[field]; !ok || fmt.Sprintf("%T", v) != fmt.Sprintf("%T", example) {
			t.Errorf("%s is %v (%T)", field, v, v)
		}
	}
	for field, name := range map[string]string{"primary_model_hash": "lime", "secondary_model_hash": "gin"} {
		hash, _ := recipe[field].(string)
		if m := models[hash]; m.Name != name || m.Legacy != "abcd0123" {
			t.Errorf("%s is that of %q, want %q: %+v", field, m.Name, name, m)
		}
	}
	if len(models) != 3 {
		t.Errorf("%d models", len(models))
	}
}

// TestLongLineage: an ingredient whose own record is enormous does not make
// the label enormous.
func TestLongLineage(t *testing.T) {
	l := label(t, models+"release \"r\" {\n  model = model.gin\n  file = \"r.safetensors\"\n}\n")
	long := `{"a": "` + strings.Repeat("x", maxLineage) + `"}`
	l.Ingredients[0].Meta = map[string]string{"sd_merge_recipe": long, "sd_merge_models": `{"00aa": ` + long + `}`}
	meta, err := l.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(meta["sd_merge_models"]) + len(meta["sd_merge_recipe"]); n > 5000 {
		t.Errorf("%d bytes", n)
	}
}

// TestText: the text in a release's key knows no digest, and changes with all
// else that the recipe says.
func TestText(t *testing.T) {
	base := models + "release \"r\" {\n  model = 0.5 * model.gin + 0.5 * model.lime\n  file = \"r.safetensors\"\n  title = \"T\"\n}\n"
	l := label(t, base)
	if strings.Contains(l.Text(), "root") || !strings.Contains(l.Recipe(), l.Ingredients[0].Root.Hex()) {
		t.Errorf("text:\n%srecipe:\n%s", l.Text(), l.Recipe())
	}
	other := map[string]string{}
	for what, change := range map[string]func(*Label){
		"name": func(l *Label) { l.Name = "s" }, "title": func(l *Label) { l.Title = "U" }, "description": func(l *Label) { l.Description = "d" },
		"author": func(l *Label) { l.Author = "a" }, "license": func(l *Label) { l.License = "l" }, "mass": func(l *Label) { l.AnyMass = true },
		"nonfinite": func(l *Label) { l.AllowNonfinite = true }, "complete": func(l *Label) { l.Complete = true }, "embed": func(l *Label) { l.EmbedRecipe = false },
		"keys": func(l *Label) { l.ExtraKeys = "keep" }, "first": func(l *Label) { l.First = "model.lime" }, "vae": func(l *Label) { l.VAE = lang.Leaf("model.gin") },
		"clip": func(l *Label) { l.CLIP = lang.Leaf("model.gin") }, "dtype": func(l *Label) { l.DType = map[string]checkpoint.DType{"*": checkpoint.F16} },
		"unet": func(l *Label) { l.DType = map[string]checkpoint.DType{"unet": checkpoint.F16} }, "form": func(l *Label) { l.Form = lang.Leaf("model.gin") },
	} {
		changed := label(t, base)
		change(changed)
		text := changed.Text()
		if text == l.Text() || other[text] != "" {
			t.Errorf("%s gives the text of %q", what, other[text])
		}
		other[text] = what
	}
	same := label(t, base)
	same.Ingredients[0].SHA256, same.Ingredients[0].Root, same.Arch, same.Half = digest.Sum{}, digest.Sum{}, "", false
	if same.Text() != l.Text() {
		t.Errorf("digests are in the text:\n%s", same.Text())
	}
}

func TestLegacyHash(t *testing.T) {
	b := make([]byte, 0x120000)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	for _, c := range []struct {
		size int
		from []byte
	}{
		{len(b), b[0x100000:0x110000]}, {0x110000, b[0x100000:0x110000]}, {0x10ffff, b[0x100000:0x10ffff]}, {0x100001, b[0x100000:0x100001]}, {0x100000, nil}, {5, nil}, {0, nil},
	} {
		got, err := LegacyHash(bytes.NewReader(b[:c.size]))
		if want := digest.Of(c.from).Hex()[:8]; err != nil || got != want {
			t.Errorf("%d bytes: %s, %v, want %s", c.size, got, err, want)
		}
	}
}
