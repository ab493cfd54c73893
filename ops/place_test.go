package ops

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/ops/release"
)

const oneRelease = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
release "r" {
  model = 0.5 * model.a + 0.5 * model.b
  file  = "OUT/r.safetensors"
}
`

// placeRecipe writes a recipe whose release goes into a folder.
func placeRecipe(t *testing.T, out string) string {
	t.Helper()
	dir := t.TempDir()
	halves(t, filepath.Join(dir, "a.safetensors"), 0x3c00, 0x3c01)
	halves(t, filepath.Join(dir, "b.safetensors"), 0x3c00, 0x4001)
	return written(t, dir, strings.Replace(oneRelease, "OUT", filepath.ToSlash(out), 1))
}

// files lists a folder as "name digest", the digests as short as hubs print
// them.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f.Name()+" "+digest.Of(b).Short())
	}
	return list
}

// edit changes the last byte of a file, as its owner may, and gives its digest
// then.
func edit(t *testing.T, path string, to byte) string {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b[len(b)-1] = to
	if _, err := f.WriteAt(b[len(b)-1:], int64(len(b)-1)); err != nil {
		t.Fatal(err)
	}
	return digest.Of(b).Short()
}

// TestEditedRelease: a release that was changed by hand is set aside at the
// next apply, and is there again as it was; however it came to its place.
func TestEditedRelease(t *testing.T) {
	elsewhere := otherDisk(t)
	for _, c := range []struct {
		name, link, out string
		made            bool // the file in the store was the same: it is poured again
	}{
		{"auto", "auto", "out", !clones(t)}, {"hard link", "hard", "out", true}, {"copy", "copy", "out", false}, {"another disk", "auto", elsewhere, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.out == "" {
				t.Skip("there is no other disk here to pour on")
			}
			path := placeRecipe(t, c.out)
			out := c.out
			if !filepath.IsAbs(out) {
				out = filepath.Join(filepath.Dir(path), out)
			}
			var notes []string
			o := Options{Link: c.link, Emit: func(e engine.Event) {
				if e.Type == engine.EventNote {
					notes = append(notes, e.Address+": "+e.Message)
				}
			}}
			first, err := applied(t, path, o)
			if err != nil || !first.Outputs[0].Made {
				t.Fatal(first.Outputs, err)
			}
			sound := first.Outputs[0].SHA256.Short()
			want := []string{"r.safetensors " + sound}
			if got := files(t, out); !slices.Equal(got, want) {
				t.Fatalf("there is %q, want %q", got, want)
			}
			for n, suffix := range []string{".old", ".old.2"} {
				changed := edit(t, filepath.Join(out, "r.safetensors"), byte(100+n))
				want = append(want, "r.safetensors"+suffix+" "+changed)
				again, err := applied(t, path, o)
				if err != nil {
					t.Fatal(err)
				}
				if got := files(t, out); !slices.Equal(got, want) {
					t.Errorf("there is %q, want %q", got, want)
				}
				if r := again.Outputs[0]; r.Made != c.made || r.Placed == c.made {
					t.Errorf("made %v, placed %v", r.Made, r.Placed)
				}
			}
			told := "release.r: another file is in its place: that one gets the ending .old"
			if !slices.Equal(notes, []string{told, told}) {
				t.Errorf("told: %q", notes)
			}
			idle, err := applied(t, path, o)
			if err != nil || idle.Outputs[0].Made || idle.Outputs[0].Placed {
				t.Errorf("there is nothing to do: %+v, %v", idle.Outputs, err)
			}
		})
	}
}

// clones reports whether the file system of temporary folders shares blocks.
func clones(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	halves(t, filepath.Join(dir, "a"), 1)
	return fsx.OS().Clone(filepath.Join(dir, "a"), filepath.Join(dir, "b")) == nil
}

// otherDisk is a folder on another file system than temporary ones, "" if none
// is at hand.
func otherDisk(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "cosmo-test-")
	if err != nil {
		return ""
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	a, errA := fsx.OS().Stat(dir)
	b, errB := fsx.OS().Stat(t.TempDir())
	if errA != nil || errB != nil || a.Dev == b.Dev {
		return ""
	}
	return dir
}

// TestOtherDisk: a release on another disk than the store's is poured there
// once, not copied.
func TestOtherDisk(t *testing.T) {
	out := otherDisk(t)
	if out == "" {
		t.Skip("there is no other disk here to pour on")
	}
	path := placeRecipe(t, out)
	first, err := applied(t, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := filepath.Glob(filepath.Join(filepath.Dir(path), "store", "objects", "*", "*")); len(list) > 0 || err != nil {
		t.Errorf("in the store: %q, %v", list, err)
	}
	here, err := applied(t, placeRecipe(t, "out"), Options{})
	if err != nil || here.Outputs[0].SHA256 != first.Outputs[0].SHA256 {
		t.Errorf("another disk gives %v, this one %v (%v)", first.Outputs[0].SHA256, here.Outputs[0].SHA256, err)
	}
	// Taken away, it is poured anew.
	if err := os.Remove(filepath.Join(out, "r.safetensors")); err != nil {
		t.Fatal(err)
	}
	again, err := applied(t, path, Options{})
	if err != nil || !again.Outputs[0].Made || again.Outputs[0].SHA256 != first.Outputs[0].SHA256 {
		t.Errorf("%+v, %v", again.Outputs, err)
	}
}

// TestChangedLink: another --link changes how a release lies there, at the
// latest when it is asked to be a copy.
func TestChangedLink(t *testing.T) {
	path := placeRecipe(t, "out")
	place := filepath.Join(filepath.Dir(path), "out", "r.safetensors")
	object := ""
	for n, c := range []struct {
		link   string
		linked bool // one file under two names
	}{{"hard", true}, {"copy", false}, {"hard", false}} {
		out, err := applied(t, path, Options{Link: c.link})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			list, err := filepath.Glob(filepath.Join(filepath.Dir(path), "store", "objects", "*", "*.safetensors"))
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			object = list[0]
		}
		if got := release.Placed(fsx.OS(), object, place); got != c.linked {
			t.Errorf("%d, %s: one file under two names: %v", n, c.link, got)
		}
		if got, want := files(t, filepath.Dir(place)), []string{fmt.Sprintf("r.safetensors %s", out.Outputs[0].SHA256.Short())}; !slices.Equal(got, want) {
			t.Errorf("%d, %s: there is %q, want %q", n, c.link, got, want)
		}
	}
}
