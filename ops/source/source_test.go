package source

import (
	"fmt"
	"strings"
	"testing"
)

// TestCheck: what a source may be, and what is said of others.
func TestCheck(t *testing.T) {
	const form = "write synth:ARCH?seed=N, with ARCH sd15, sd21, sdxl or tiny-sd15; &from=SEED makes a relative of another seed, &dtype=fp16, bf16 or fp32 sets the type"
	const fetch = "sources of the form %s: are not available in this version: download the file and write its path, as in \"ingredients/model.safetensors\""
	const pickle = "%q is a pickle by its name, which may run code when it is opened: only .safetensors files are read; convert it first"
	for source, want := range map[string]string{
		"model.safetensors": "", "in/a b.safetensors": "", "/abs/x.SAFETENSORS": "", "../x": "", "no-ending": "", "C:\\models\\x.safetensors": "", "d:x.safetensors": "", "odd:name.safetensors": "", "": "",
		"hf:owner/repo/x.safetensors": fmt.Sprintf(fetch, "hf"), "HF:owner/repo/x.safetensors": fmt.Sprintf(fetch, "hf"),
		"civitai:4201@130072": fmt.Sprintf(fetch, "civitai"), "https://host/x.safetensors": fmt.Sprintf(fetch, "https"), "http://host/x.ckpt": fmt.Sprintf(fetch, "http"),
		"file:///x.safetensors": "a file is named by its path alone: leave \"file:\" out",
		"x.ckpt":                fmt.Sprintf(pickle, "x.ckpt"), "in/X.PT": fmt.Sprintf(pickle, "in/X.PT"), "x.pth": fmt.Sprintf(pickle, "x.pth"), "x.bin": fmt.Sprintf(pickle, "x.bin"), "x.pkl": fmt.Sprintf(pickle, "x.pkl"),

		"synth:sd15?seed=0": "", "synth:sd21?seed=18446744073709551615": "", "synth:sdxl?from=1&seed=2&dtype=bf16": "", "synth:tiny-sd15?seed=007": "",
		"Synth:sd15?seed=1":                "the scheme of synthetic checkpoints is written in lower case: \"synth:…\"",
		"synth:":                           "there is no synthetic architecture \"\": " + form,
		"synth:sd3?seed=1":                 "there is no synthetic architecture \"sd3\": " + form,
		"synth:sd15":                       form,
		"synth:sd15?":                      form,
		"synth:sd15?seed=1&":               form,
		"synth:sd15?from=1":                "a synthetic source needs a seed: " + form,
		"synth:sd15?seed":                  "seed is a whole number below 2^64, not \"\"",
		"synth:sd15?seed=-1":               "seed is a whole number below 2^64, not \"-1\"",
		"synth:sd15?seed=+1":               "seed is a whole number below 2^64, not \"+1\"",
		"synth:sd15?seed=1e3":              "seed is a whole number below 2^64, not \"1e3\"",
		"synth:sd15?seed=0x10":             "seed is a whole number below 2^64, not \"0x10\"",
		"synth:sd15?seed=":                 "seed is a whole number below 2^64, not \"\"",
		"synth:sd15?seed=1&from=x":         "from is a whole number below 2^64, not \"x\"",
		"synth:sd15?seed=1&dtype=F16":      "dtype is fp16, bf16 or fp32, not \"F16\"",
		"synth:sd15?seed=1&dtype=fp8":      "dtype is fp16, bf16 or fp32, not \"fp8\"",
		"synth:sd15?seed=1&seed=1":         "a synthetic source has seed once",
		"synth:sd15?seed=1&speed=2":        "a synthetic source has no \"speed\": " + form,
		"synth:sd15?Seed=1":                "a synthetic source has no \"Seed\": " + form,
		"synth:sd15?seed=1?dtype=fp16":     "seed is a whole number below 2^64, not \"1?dtype=fp16\"",
		"synth:sd15?seed=1&dtype=fp16#top": "dtype is fp16, bf16 or fp32, not \"fp16#top\"",

		"synth:sd15?seed=18446744073709551616": "seed is a whole number below 2^64, not \"18446744073709551616\"",
	} {
		got := ""
		if err := Check(source); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q\n got  %s\n want %s", source, got, want)
		}
	}
}

// TestPublic: only what others find under the same text may stand on a label.
func TestPublic(t *testing.T) {
	for source, want := range map[string]bool{
		"synth:sd15?seed=1": true, "hf:owner/repo/x.safetensors": true, "civitai:1@2": true, "https://host/x.safetensors": true,
		"x.safetensors": false, "/home/me/x.safetensors": false, "../x.safetensors": false, "C:\\x.safetensors": false, "C:/x.safetensors": false,
		"file:/home/me/x.safetensors": false, "backup:disk/x.safetensors": false, "my:x.safetensors": false, "": false,
	} {
		if got := Public(source); got != want {
			t.Errorf("%q: %v", source, got)
		}
	}
}

// TestCanonical: spellings of one checkpoint have one text.
func TestCanonical(t *testing.T) {
	for source, want := range map[string]string{
		"synth:sd15?seed=1":                       "synth:sd15?dtype=F16&seed=1",
		"synth:sd15?dtype=fp16&seed=001":          "synth:sd15?dtype=F16&seed=1",
		"synth:sdxl?from=02&seed=1&dtype=bf16":    "synth:sdxl?dtype=BF16&seed=1&from=2",
		"synth:tiny-sd15?seed=1&from=0":           "synth:tiny-sd15?dtype=F16&seed=1&from=0",
		"synth:tiny-sd15?dtype=fp32&seed=1":       "synth:tiny-sd15?dtype=F32&seed=1",
		"synth:sd21?seed=18446744073709551615":    "synth:sd21?dtype=F16&seed=18446744073709551615",
		"synth:sd15?dtype=bf16&from=7&seed=00000": "synth:sd15?dtype=BF16&seed=0&from=7",
	} {
		y, err := ParseSynth(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := y.Canonical(); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestSpecs: the names are the architecture's, sorted, and all floats have the
// type that was asked for.
func TestSpecs(t *testing.T) {
	for source, tensors := range map[string]int{"synth:sd15?seed=1": 1131, "synth:sd21?seed=1&dtype=bf16": 1228, "synth:sdxl?seed=1&dtype=fp32": 2515, "synth:tiny-sd15?seed=1": 1131} {
		y, err := ParseSynth(source)
		if err != nil {
			t.Fatal(err)
		}
		want := "F16"
		for name, d := range synthTypes {
			if strings.Contains(source, name) {
				want = d.String()
			}
		}
		specs := y.Specs()
		if len(specs) != tensors {
			t.Errorf("%s has %d tensors, want %d", source, len(specs), tensors)
		}
		var size int64
		for i, s := range specs {
			if i > 0 && specs[i-1].Name >= s.Name {
				t.Errorf("%s: %s is out of order", source, s.Name)
			}
			if ids := strings.HasSuffix(s.Name, ".position_ids"); s.DType.String() != want && !ids || ids && s.DType.String() != "I64" {
				t.Errorf("%s: %s is %s", source, s.Name, s.DType)
			}
			size += s.Elements() * int64(s.DType.Size())
		}
		if y.Size() != size {
			t.Errorf("%s: %d bytes, want %d", source, y.Size(), size)
		}
	}
}
