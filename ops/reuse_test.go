package ops

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const two = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "v" { mix = 0.5 * model.a + 0.5 * model.b }
`

// TestReuseOfReleases: a release that was placed as a copy is known by its
// digest, without a list of its tensors. As an ingredient it must not be taken
// for another one.
func TestReuseOfReleases(t *testing.T) {
	dir := t.TempDir()
	source := `
model "x" { source = "x.safetensors" }
`
	for i, name := range []string{"a", "b", "c"} {
		halves(t, filepath.Join(dir, "x.safetensors"), 0x3c00, uint16(0x3c00+i), uint16(0x4000+3*i))
		path := written(t, dir, source+"release \"r\" {\n  model = model.x\n  title = \""+name+"\"\n  file = \""+name+".safetensors\"\n}\n")
		if _, err := applied(t, path, Options{Link: "copy"}); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, "bar.lock.hcl")); err != nil {
			t.Fatal(err)
		}
	}
	for _, second := range []string{"b", "c"} {
		path := written(t, dir, strings.Replace(two, "b.safetensors", second+".safetensors", 1))
		if err := os.Remove(filepath.Join(dir, "bar.lock.hcl")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		out, err := applied(t, path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, _ := readTensors(t, out.Outputs[0].Path)
		x, _ := readTensors(t, filepath.Join(dir, "a.safetensors"))
		y, _ := readTensors(t, filepath.Join(dir, second+".safetensors"))
		half := big.NewRat(1, 2)
		for name := range got {
			if want := mixTensors("F16", []*big.Rat{half, half}, []tensor{x[name], y[name]}, new(tally)); string(got[name].data) != string(want) {
				t.Errorf("a and %s: %s is %x, want %x", second, name, got[name].data, want)
			}
		}
	}
}

// TestLabels: what an ingredient is called decides nothing, though tensors that
// are not mixed come from one of several.
func TestLabels(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"x", "y", "z"} {
		path := filepath.Join(dir, name+".safetensors")
		halves(t, path, 0x3c00)
		tensors, _ := readTensors(t, path)
		if name != "x" {
			tensors["extra"] = tensor{"U8", []int64{1}, []byte{byte(i)}}
		}
		writeTensors(t, path, tensors, nil)
	}
	const recipe = `
model "first" { source = "x.safetensors" }
model "m" { source = "y.safetensors" }
model "n" { source = "z.safetensors" }
vodka "v" {
  mix        = 0.5 * model.first + 0.25 * model.m + 0.25 * model.n
  extra_keys = "keep"
}
`
	swapped := strings.NewReplacer("y.saf", "z.saf", "z.saf", "y.saf").Replace(recipe)
	fresh := map[string]string{}
	for _, text := range []string{recipe, swapped} {
		path := written(t, dir, text)
		fresh[text] = extraOf(t, path, Options{StoreDir: t.TempDir()})
	}
	shared := t.TempDir()
	for _, text := range []string{recipe, swapped, recipe} {
		path := written(t, dir, text)
		if got := extraOf(t, path, Options{StoreDir: shared}); got != fresh[text] {
			t.Errorf("what is in the store decides: %x, in an empty one %x", got, fresh[text])
		}
	}
}

func extraOf(t *testing.T, path string, o Options) string {
	t.Helper()
	out, err := applied(t, path, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(filepath.Dir(path), "bar.lock.hcl")); err != nil {
		t.Fatal(err)
	}
	tensors, _ := readTensors(t, out.Outputs[0].Path)
	return string(tensors["extra"].data)
}

// TestReuse: after a change of one block's weight, the rest comes from the file
// that is there, and the result is what pouring it anew gives.
func TestReuse(t *testing.T) {
	path := fillBar(t, t.TempDir())
	recipe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	goals := []string{"release.blocks"}
	out, err := applied(t, path, Options{Goals: goals})
	if err != nil || out.Outputs[0].TensorsReused > 0 {
		t.Fatal(out.Outputs, err)
	}
	text := strings.Replace(string(recipe), "0.44, 0.56,", "0.44, 0.57,", 1) // IN02
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err = applied(t, path, Options{Goals: goals})
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := applied(t, path, Options{Goals: goals, StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	o, f := out.Outputs[0], fresh.Outputs[0]
	if o.Root != f.Root || o.SHA256 != f.SHA256 || o.Saturated != f.Saturated || o.NaN != f.NaN {
		t.Errorf("reused: %+v\nfresh:  %+v", o, f)
	}
	if o.TensorsReused < 25 || f.TensorsReused > 0 {
		t.Errorf("%d of %d tensors are reused, %d from nothing", o.TensorsReused, o.Tensors, f.TensorsReused)
	}
}
