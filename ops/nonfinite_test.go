package ops

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cosmo/engine/fsx"
	"cosmo/ops/pour"
)

// written makes a folder with a recipe in bar.hcl, and gives its path.
func written(t *testing.T, dir, recipe string) string {
	t.Helper()
	path := filepath.Join(dir, "bar.hcl")
	if err := os.WriteFile(path, []byte(recipe), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// applied applies a recipe as the program does. Faults of the recipe end the
// test.
func applied(t *testing.T, path string, o Options) (*Outcome, error) {
	t.Helper()
	r, diags := Load(path, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if o.FS == nil {
		o.FS = hasty{fsx.OS()}
	}
	if o.StoreDir == "" {
		o.StoreDir = filepath.Join(filepath.Dir(path), "store")
	}
	s, diags, err := Open(r, o)
	if diags.HasErrors() || err != nil {
		t.Fatal(diags, err)
	}
	defer s.Close()
	return s.Apply(context.Background())
}

// halves writes a checkpoint of one tensor that tells SD 1.x and holds these
// codes of F16.
func halves(t *testing.T, path string, list ...uint16) {
	t.Helper()
	x := tensor{"F16", []int64{int64(len(list))}, nil}
	for _, code := range list {
		x.data = append(x.data, byte(code), byte(code>>8))
	}
	writeTensors(t, path, map[string]tensor{unet + "input_blocks.11.0.in_layers.2.bias": x}, nil)
}

const overflows = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
vodka "v" {
  mix      = model.a + model.b - 0.5 * model.a
  any_mass = true
}
release "r" {
  model = vodka.v
  file  = "out/r.safetensors"
}
`

// TestNonfinite: a release in which numbers became infinite or NaN is refused,
// and nothing of it stays; if it is allowed, it is poured and they are counted.
func TestNonfinite(t *testing.T) {
	const (
		big, inf, nan, unit = 0x7bff, 0x7c00, 0x7e01, 0x3c00

		rest = " infinite or NaN, and no ingredient has that there: choose a wider dtype, or write allow_nonfinite = true if it is meant"
		one  = "one of its values is" + rest
		two  = "2 of its values are" + rest
	)
	for _, c := range []struct {
		name      string
		a, b      []uint16
		dtype     string
		want      string // of the error; "" if it is poured
		saturated int64
		nan       int64
	}{
		{"in range", []uint16{unit, unit}, []uint16{unit, big}, "fp16", "", 0, 0},
		{"one too large", []uint16{unit, big, unit}, []uint16{unit, big, unit}, "fp16", one, 1, 0},
		{"wide enough", []uint16{unit, big, unit}, []uint16{unit, big, unit}, "bf16", "", 0, 0},
		{"too large for fp8", []uint16{big, big, unit}, []uint16{big, big, unit}, "fp8_e4m3", two, 2, 0},
		{"was so before", []uint16{unit, nan, unit, inf}, []uint16{unit, unit, nan, unit}, "fp16", "", 0, 2},
		{"∞ − ∞", []uint16{inf, unit}, []uint16{0xfc00, unit}, "fp16", one, 0, 1},
		{"no ∞ in fp8", []uint16{inf, inf}, []uint16{unit, unit}, "fp8_e4m3", two, 0, 2},
		{"both", []uint16{inf, big, unit}, []uint16{0xfc00, big, nan}, "fp16", two, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			halves(t, filepath.Join(dir, "a.safetensors"), c.a...)
			halves(t, filepath.Join(dir, "b.safetensors"), c.b...)
			recipe := strings.Replace(overflows, "  file ", "  dtype = \""+c.dtype+"\"\n  file ", 1)
			path := written(t, dir, recipe)
			out, err := applied(t, path, Options{})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if o := out.Outputs[0]; o.Saturated != c.saturated || o.NaN != c.nan {
					t.Errorf("%d clipped, %d NaN", o.Saturated, o.NaN)
				}
				return
			}
			refused(t, dir, err, c.want)
			written(t, dir, strings.Replace(recipe, "  file ", "  allow_nonfinite = true\n  file ", 1))
			out, err = applied(t, path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if o := out.Outputs[0]; o.Saturated != c.saturated || o.NaN != c.nan || o.Path == "" {
				t.Errorf("%d clipped, %d NaN", o.Saturated, o.NaN)
			}
		})
	}
}

// refused: the reason is told, and there is neither file, nor object, nor lock
// of the release.
func refused(t *testing.T, dir string, err error, want string) {
	t.Helper()
	var e *pour.NonfiniteError
	if !errors.As(err, &e) || err.Error() != "release.r: "+want {
		t.Errorf("got  %v\nwant release.r: %s", err, want)
	}
	if list, err := filepath.Glob(filepath.Join(dir, "out", "*")); len(list) > 0 || err != nil {
		t.Errorf("left behind: %q", list)
	}
	for _, pattern := range []string{"objects/*/*.safetensors", "tmp/*[0-9]"} {
		if list, err := filepath.Glob(filepath.Join(dir, "store", pattern)); len(list) > 0 || err != nil {
			t.Errorf("left in the store: %q", list)
		}
	}
	lock, err := os.ReadFile(filepath.Join(dir, "bar.lock.hcl"))
	if err != nil && !errors.Is(err, os.ErrNotExist) || strings.Contains(string(lock), "release.r") {
		t.Errorf("the lock: %v\n%s", err, lock)
	}
}

// TestNonfiniteReused: a release is refused all the same where a mix in the
// store has its tensors already, and counted all the same where it is allowed.
func TestNonfiniteReused(t *testing.T) {
	dir := t.TempDir()
	halves(t, filepath.Join(dir, "a.safetensors"), 0x7bff, 0x3c00, 0x7c00)
	halves(t, filepath.Join(dir, "b.safetensors"), 0x7bff, 0x3c00, 0xfc00)
	path := written(t, dir, overflows)
	out, err := applied(t, path, Options{Goals: []string{"vodka.v"}})
	if err != nil || out.Outputs[0].Saturated != 1 || out.Outputs[0].NaN != 1 {
		t.Fatalf("%+v, %v", out.Outputs, err)
	}
	if _, err = applied(t, path, Options{}); !errors.As(err, new(*pour.NonfiniteError)) {
		t.Errorf("the release is poured: %v", err)
	}
	written(t, dir, strings.Replace(overflows, "  file ", "  allow_nonfinite = true\n  file ", 1))
	out, err = applied(t, path, Options{})
	if err != nil || out.Outputs[0].Saturated != 1 || out.Outputs[0].NaN != 1 {
		t.Errorf("%+v, %v", out.Outputs, err)
	}
}
