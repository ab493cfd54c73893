package ops

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cosmo/lang"
)

// cellar has what a label can hold: names that need quotes, instances, profiles
// of both layouts, replaced parts, texts with every kind of sign. The files lie
// in a folder that nobody else is to hear of.
const cellar = `
recipe "cellar" {
  description = "The recipe's own\nwords, in \"quotes\", with $${dollars} and %%{per cent}"
  license     = "creativeml-openrail-m"
}
model "gin" { source = "hidden/gin.safetensors" }
model "rum" { source = "hidden/rum.safetensors" }
model "512" { source = "hidden/512.safetensors" }
model "sd-1.5 \"old\" ½" { source = "hidden/old.safetensors" }
model "z/y:x" { source = "hidden/zyx.safetensors" }
model "malt" {
  for_each = toset(["amber ale", "blond"])
  source   = "hidden/malt-${each.key}.safetensors"
}
locals {
  mecha = by_block("0.86, 0.67, 0.44, 0.56, 0.94, 0.52, 0.37, 0.25, 0.14, 0.33, 0.6, 0, 1, 0.83, 0.1, 0.4, 0.75, 0.06, 0.21, 0.71, 0.9, 0.29, 0.48, 0.17, 0.63, 0.98", { layout = "mecha" })
  super = by_block("0.1, 0.67, 0.44, 0.56, 0.94, 0.52, 0.37, 0.25, 0.14, 0.33, 0.6, 0, 1, 0.83, 0.1, 0.4, 0.75, 0.06, 0.21, 0.71, 0.9, 0.29, 0.48, 0.17, 0.63, 0.98")
}
vodka "base" { mix = 1 / 3 * model["512"] + 2 / 3 * model.gin }

release "plain" {
  model = 0.6 * vodka.base + 0.4 * model["z/y:x"]
  file  = "out/plain.safetensors"
}
release "negative" {
  model  = 2 * model["sd-1.5 \"old\" ½"] - model.malt["blond"]
  file   = "out/negative.safetensors"
  dtype  = "bf16"
  title  = "Title \\ with \"all\" of it:\n${"$"}{x} %%{y} ½\ttab"
  author = "me, {you} & <them>"
}
release "instances" {
  for_each   = { one = 0.25, "2 of/them" = 0.125 }
  model      = model.gin + each.value * (model.malt["amber ale"] - model.malt["blond"])
  file       = "out/instances ${replace(each.key, "/", "-")}.safetensors"
  extra_keys = "keep"
}
release "kept" {
  model      = 0.5 * model["512"] + 0.25 * model.rum + 0.25 * model.malt["amber ale"]
  file       = "out/kept.safetensors"
  extra_keys = "keep"
}
release "blocks" {
  model      = local.mecha * model.gin + (1 - local.mecha) * model["512"]
  file       = "out/blocks.safetensors"
  extra_keys = "drop"
}
release "layouts" {
  model = model.gin + local.mecha * (model["512"] - model.gin) / 7 + local.super * (model["z/y:x"] - model.gin)
  file  = "out/layouts.safetensors"
  dtype = { unet = "fp32", "*" = "bf16" }
}
release "parts" {
  model = model.gin
  file  = "out/parts.safetensors"
  vae   = model["z/y:x"]
  clip  = 0.5 * model.malt["blond"] + 0.5 * model["512"]
  dtype = { unet = "fp16", clip = "fp32", vae = "bf16" }
}
release "strong" {
  model           = 20000 * model.gin - 3 / 7 * model["512"]
  file            = "out/strong.safetensors"
  any_mass        = true
  allow_nonfinite = true
  dtype           = "fp8_e4m3"
}
release "secret" {
  model        = 0.61803 * model.gin + 0.38197 * model["512"]
  file         = "out/secret.safetensors"
  embed_recipe = false
}
`

func fillCellar(t *testing.T, dir string) string {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "hidden"), 0o777); err != nil {
		t.Fatal(err)
	}
	for k, name := range []string{"gin", "512", "old", "zyx", "malt-amber ale", "malt-blond", "rum"} {
		r := rand.New(rand.NewPCG(uint64(k), 3))
		tensors := map[string]tensor{
			unet + "input_blocks.11.0.in_layers.2.bias": weights(r, "F16", 100),
			unet + "time_embed.0.bias":                  weights(r, "F16", 33),
			unet + "out.2.bias":                         weights(r, []string{"F32", "F16", "BF16"}[k%3], 77),
			witness:                                     weights(r, "F16", 10),
			"first_stage_model.quant_conv.bias":         weights(r, "F16", 10),
			"model_ema.num_updates":                     {"I64", nil, []byte{byte(k), 0, 0, 0, 0, 0, 0, 0}},
		}
		if name != "512" && name != "old" {
			tensors["extra"] = weights(r, "F32", 3)
		}
		writeTensors(t, filepath.Join(dir, "hidden", name+".safetensors"), tensors, map[string]string{"format": "pt"})
	}
	path := filepath.Join(dir, "cellar.hcl")
	if err := os.WriteFile(path, []byte(cellar), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLabelRecipe: the recipe on a label, beside the ingredients under the
// names that it asks for, gives the same file again; to the same label.
func TestLabelRecipe(t *testing.T) {
	path := fillCellar(t, t.TempDir())
	original, diags := Load(path, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out, err := applied(t, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Outputs) != 10 {
		t.Fatalf("%d releases", len(out.Outputs))
	}
	for _, o := range out.Outputs {
		if o.Address == "release.secret" {
			continue
		}
		t.Run(lang.Address(o.Address).Name(), func(t *testing.T) {
			_, meta := readTensors(t, o.Path)
			text := meta["cosmo.recipe"]
			dir := t.TempDir()
			again := filepath.Join(dir, "again.hcl")
			if err := os.WriteFile(again, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			r, diags := Load(again, nil)
			if diags.HasErrors() {
				t.Fatalf("%v\n%s", diags, text)
			}
			for _, m := range r.Models {
				i := slices.IndexFunc(original.Models, func(x *lang.Model) bool { return x.Address.Name() == m.Address.Name() })
				if i < 0 || m.Root == "" || filepath.Base(m.Source) != m.Source {
					t.Fatalf("%s has the source %q and the root %q", m.Address, m.Source, m.Root)
				}
				b, err := os.ReadFile(filepath.Join(filepath.Dir(path), original.Models[i].Source))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, m.Source), b, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			got, err := applied(t, again, Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if g := got.Outputs[0]; len(got.Outputs) != 1 || g.Root != o.Root || g.SHA256 != o.SHA256 {
				_, have := readTensors(t, g.Path)
				t.Errorf("poured again it is another file:\n%s", differences(have, meta))
			}
		})
	}
}

func differences(got, want map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			fmt.Fprintf(&b, "%s\n  got  %s\n  want %s\n", k, got[k], want[k])
		}
	}
	return b.String()
}

// TestLabelSecrets: no label names a place on the author's machine, and one
// without a recipe does not tell the weights.
func TestLabelSecrets(t *testing.T) {
	path := fillCellar(t, t.TempDir())
	out, err := applied(t, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	place := regexp.MustCompile(`(?i)hidden|\bout[/\\]|[/\\](tmp|home|users|var)[/\\]|` + regexp.QuoteMeta(filepath.Base(filepath.Dir(path))))
	weight := regexp.MustCompile(`61803|38197|\b3/5\b|\b2/5\b`)
	for _, o := range out.Outputs {
		_, meta := readTensors(t, o.Path)
		for _, key := range slices.Sorted(maps.Keys(meta)) {
			if found := place.FindString(meta[key]); found != "" {
				t.Errorf("%s: %s tells of %q: %s", o.Address, key, found, meta[key])
			}
			if found := weight.FindString(meta[key]); found != "" && o.Address == "release.secret" {
				t.Errorf("%s: %s tells the weight %s: %s", o.Address, key, found, meta[key])
			}
		}
		if secret := o.Address == "release.secret"; (meta["cosmo.recipe"] == "") != secret || strings.Contains(meta["sd_merge_recipe"], "formula") == secret {
			t.Errorf("%s: %q", o.Address, slices.Sorted(maps.Keys(meta)))
		}
	}
}
