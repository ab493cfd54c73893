package checkpoint

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// tables names the key tables by architecture.
var tables = map[Arch]string{SD1: "sd15", SD2: "sd21", SDXL: "sdxl"}

// table reads a key table of testdata/keys, which came from the original
// implementations' models.
func table(t *testing.T, name string) []Spec {
	t.Helper()
	text, err := os.ReadFile("testdata/keys/" + name + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	specs, err := ParseKeys(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

// TestPackedKeys: what is embedded is what the tables say.
func TestPackedKeys(t *testing.T) {
	for _, name := range tables {
		want, err := os.ReadFile("testdata/keys/" + name + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		packed, err := keyFiles.ReadFile("keys/" + name + ".tsv.gz")
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("keys/%s.tsv.gz does not hold testdata/keys/%s.tsv; run go generate", name, name)
		}
	}
}

// TestComplete counts tensors and numbers; the counts are those of the
// published models.
func TestComplete(t *testing.T) {
	for _, c := range []struct {
		arch              Arch
		tensors           int
		floats            int64
		unet, vae, clip   int
		unetNums, vaeNums int64
	}{
		{SD1, 1131, 1_066_235_307, 686, 248, 197, 859_520_964, 83_653_863},
		{SD2, 1228, 1_303_597_228, 686, 248, 294, 865_910_724, 83_653_863},
		{SDXL, 2515, 3_468_837_868, 1680, 248, 587, 2_567_463_684, 83_653_863},
	} {
		specs := Complete(c.arch)
		count, numbers := map[Component]int{}, map[Component]int64{}
		var floats int64
		for i, s := range specs {
			part, _ := Place(c.arch, s.Name)
			count[part]++
			numbers[part] += s.Elements()
			if s.DType.IsFloat() {
				floats += s.Elements()
			} else if !strings.HasSuffix(s.Name, ".position_ids") || s.DType != I64 || !slices.Equal(s.Shape, []int64{1, 77}) {
				t.Errorf("%s: %+v", c.arch, s)
			}
			if i > 0 && specs[i-1].Name >= s.Name {
				t.Errorf("%s: %s does not follow %s", c.arch, s.Name, specs[i-1].Name)
			}
		}
		if len(specs) != c.tensors || floats != c.floats || numbers[UNet] != c.unetNums || numbers[VAE] != c.vaeNums ||
			!maps.Equal(count, map[Component]int{UNet: c.unet, VAE: c.vae, CLIP: c.clip}) {
			t.Errorf("%s: %d tensors, %d numbers, %v, %v; want %+v", c.arch, len(specs), floats, count, numbers, c)
		}
		specs[0].Shape[0] = -1
		specs[0].Name = ""
		if again := Complete(c.arch); again[0].Name == "" || again[0].Shape[0] == -1 {
			t.Errorf("%s: a caller can change the table", c.arch)
		}
	}
	if Complete("") != nil || Complete("sd3") != nil {
		t.Error("tensors of an unknown architecture")
	}
}

func TestParseKeys(t *testing.T) {
	got, err := ParseKeys("name\tdtype\tshape\tnote\nb\tF16\t1x2\tx\na\tI64\tscalar")
	if err != nil || len(got) != 2 || got[0].Name != "a" || got[0].DType != I64 || got[0].Shape != nil || got[1].Elements() != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"title\na\tF16\n", "title\na\tF17\t1\n", "title\na\tF16\t1,2\n", "title\na\tF16\t\n"} {
		if _, err := ParseKeys(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestOptional(t *testing.T) {
	for _, arch := range []Arch{SD1, SD2, SDXL} {
		var names []string
		for _, s := range Complete(arch) {
			if Optional(s.Name) {
				names = append(names, s.Name)
			}
		}
		want := map[Arch]string{
			SD1:  "cond_stage_model.transformer.text_model.embeddings.position_ids",
			SD2:  "cond_stage_model.model.logit_scale",
			SDXL: "conditioner.embedders.0.transformer.text_model.embeddings.position_ids conditioner.embedders.1.model.logit_scale",
		}[arch]
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s", arch, got)
		}
	}
}

func TestDTypes(t *testing.T) {
	for d := BOOL; d <= U64; d++ {
		got, err := ParseDType(d.String())
		if err != nil || got != d {
			t.Errorf("ParseDType(%s) = %v, %v", d, got, err)
		}
		if d.Size() != d.Bits()/8 || d.Bits() == 0 {
			t.Errorf("%s has %d bits and %d bytes", d, d.Bits(), d.Size())
		}
	}
	for text, want := range map[string]DType{"fp16": F16, "bf16": BF16, "fp32": F32, "fp64": F64, "fp8_e4m3": F8_E4M3, "fp8_e5m2": F8_E5M2} {
		if got, err := ParseDType(text); err != nil || got != want {
			t.Errorf("ParseDType(%s) = %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"FP16": `unknown dtype "FP16"; did you mean "fp16"?`,
		"Bf16": `unknown dtype "Bf16"; did you mean "bf16"?`,
		"half": `unknown dtype "half"; write fp16, bf16, fp32 or fp64`,
		"":     `unknown dtype ""; write fp16, bf16, fp32 or fp64`,
	} {
		if _, err := ParseDType(text); err == nil || err.Error() != want {
			t.Errorf("ParseDType(%q): %v", text, err)
		}
	}
	var zero DType
	if zero.String() != "DType(0)" || zero.Bits() != 0 || zero.Size() != 0 || zero.IsFloat() || DType(99).Bits() != 0 {
		t.Errorf("no type is %s of %d bits", zero, zero.Bits())
	}
	floats := map[DType]bool{F4: true, F6_E2M3: true, F6_E3M2: true, F8_E5M2: true, F8_E4M3: true, F8_E8M0: true, F8_E4M3FNUZ: true, F8_E5M2FNUZ: true, F16: true, BF16: true, F32: true, F64: true}
	for d := BOOL; d <= U64; d++ {
		if d.IsFloat() != floats[d] {
			t.Errorf("%s is a float: %v", d, d.IsFloat())
		}
	}
}
