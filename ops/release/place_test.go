package release

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/fsx"
	"cosmo/engine/fsx/faultfs"
)

func no() bool  { return false }
func yes() bool { return true }

// object writes a file as the store keeps them, longer than a page.
func object(t *testing.T, dir, content string) string {
	t.Helper()
	path := filepath.Join(dir, "object")
	if err := os.WriteFile(path, []byte(strings.Repeat(content, 1000)), 0o444); err != nil {
		t.Fatal(err)
	}
	return path
}

// folder lists what lies in a folder, with the first letters of each file.
func folder(t *testing.T, dir string) (list []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() {
			list = append(list, f.Name()+"/")
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f.Name()+" "+string(b[:min(len(b), 4)]))
	}
	return list
}

func wantFolder(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := folder(t, dir); !slices.Equal(got, want) {
		t.Errorf("there is %q, want %q", got, want)
	}
}

// TestSetAside: a file that is not ours is never lost, however often; ours is
// replaced.
func TestSetAside(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "deep", "er", "r.safetensors")
	put := func(content string, ours func() bool) {
		t.Helper()
		if err := Place(fsx.OS(), object(t, t.TempDir(), content), place, LinkCopy, ours); err != nil {
			t.Fatal(err)
		}
	}
	asked := false
	put("one ", func() bool { asked = true; return false })
	if asked {
		t.Error("asked whose file it is where there is none")
	}
	wantFolder(t, filepath.Dir(place), "r.safetensors one ")
	put("two ", yes)
	wantFolder(t, filepath.Dir(place), "r.safetensors two ")
	put("thre", no)
	wantFolder(t, filepath.Dir(place), "r.safetensors thre", "r.safetensors.old two ")
	put("four", no)
	wantFolder(t, filepath.Dir(place), "r.safetensors four", "r.safetensors.old two ", "r.safetensors.old.2 thre")
	put("five", no)
	wantFolder(t, filepath.Dir(place), "r.safetensors five", "r.safetensors.old two ", "r.safetensors.old.2 thre", "r.safetensors.old.3 four")
	put("six ", yes)
	wantFolder(t, filepath.Dir(place), "r.safetensors six ", "r.safetensors.old two ", "r.safetensors.old.2 thre", "r.safetensors.old.3 four")
}

// TestInTheWay: what cannot be replaced stays, and nothing else is left.
func TestInTheWay(t *testing.T) {
	dir := t.TempDir()
	o := object(t, t.TempDir(), "one ")
	place := filepath.Join(dir, "r.safetensors")
	if err := os.Mkdir(place, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Place(fsx.OS(), o, place, LinkAuto, yes); err == nil || err.Error() != "place "+place+": there is a folder of that name" {
		t.Errorf("a folder: %v", err)
	}
	wantFolder(t, dir, "r.safetensors/")

	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(dir, "file", "r.safetensors")
	if err := Place(fsx.OS(), o, below, LinkAuto, yes); err == nil || !strings.HasPrefix(err.Error(), "make folder of "+below+": ") {
		t.Errorf("a file where the folder should be: %v", err)
	}
	if err := Place(fsx.OS(), o+"gone", filepath.Join(dir, "s.safetensors"), LinkAuto, yes); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no object: %v", err)
	}
	wantFolder(t, dir, "file mine", "r.safetensors/")

	// What an interrupted run left is cleared away.
	if err := os.WriteFile(Temporary(filepath.Join(dir, "s.safetensors")), []byte("half"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Place(fsx.OS(), o, filepath.Join(dir, "s.safetensors"), LinkAuto, yes); err != nil {
		t.Fatal(err)
	}
	wantFolder(t, dir, "file mine", "r.safetensors/", "s.safetensors one ")
}

// TestLinks: hard makes the object's second name, copy another file, reflink
// either a clone or an error, and auto the best of them.
func TestLinks(t *testing.T) {
	f := fsx.OS()
	for _, link := range []Link{LinkAuto, LinkReflink, LinkHard, LinkCopy} {
		t.Run(string(link), func(t *testing.T) {
			dir := t.TempDir()
			o, place := object(t, dir, "one "), filepath.Join(dir, "r.safetensors")
			clones := f.Clone(o, filepath.Join(dir, "clone")) == nil
			err := Place(f, o, place, link, yes)
			if link == LinkReflink && !clones {
				if !errors.Is(err, fsx.ErrUnsupported) {
					t.Errorf("no clones here: %v", err)
				}
				wantFolder(t, dir, "object one ")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, want := Placed(f, o, place), link == LinkHard || link == LinkAuto && !clones; got != want {
				t.Errorf("one file under two names: %v, want %v", got, want)
			}
			a, err := os.ReadFile(o)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(place); err != nil || string(a) != string(b) {
				t.Errorf("other bytes: %v", err)
			}
			// Again over itself: a rename of one hard link onto another does nothing.
			if err := Place(f, o, place, link, yes); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(Temporary(place)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the temporary stays: %v", err)
			}
		})
	}
}

// TestPlaceFails: whatever fails on the way, or if the process dies there, the
// old file is kept, and the place never holds a part of the new one.
func TestPlaceFails(t *testing.T) {
	for _, link := range []Link{LinkAuto, LinkHard, LinkCopy} {
		for _, dies := range []bool{false, true} {
			n := 1
			for ; ; n++ {
				dir := t.TempDir()
				o, place := object(t, t.TempDir(), "new "), filepath.Join(dir, "r.safetensors")
				if err := os.WriteFile(place, []byte("old "), 0o666); err != nil {
					t.Fatal(err)
				}
				f := faultfs.New(fsx.OS())
				if dies {
					f.KillAt(n)
				} else {
					f.FailAt(n, errors.New("out of order"))
				}
				err := Place(f, o, place, link, no)
				got := folder(t, dir)
				if f.Calls() < n {
					break // it was done before
				}
				if !slices.Contains(got, "r.safetensors old ") && !slices.Contains(got, "r.safetensors.old old ") {
					t.Errorf("%s, dies %v, step %d: the old file is lost: %v, %q", link, dies, n, err, got)
				}
				if info, err := os.Stat(place); err == nil && info.Size() != 4 && info.Size() != 4000 {
					t.Errorf("%s, dies %v, step %d: a part of %d bytes", link, dies, n, info.Size())
				}
				if err == nil && !slices.Contains(got, "r.safetensors new ") {
					t.Errorf("%s, dies %v, step %d: no error, and %q", link, dies, n, got)
				}
				if err != nil && dies {
					// The next one puts all in order.
					if err := Place(fsx.OS(), o, place, link, yes); err != nil {
						t.Errorf("%s, step %d: %v", link, n, err)
					}
					if got := folder(t, dir); !slices.Contains(got, "r.safetensors new ") || slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, "tmp") }) {
						t.Errorf("%s, step %d: %q", link, n, got)
					}
				}
			}
			if n < 6 {
				t.Errorf("%s: only %d steps", link, n)
			}
		}
	}
}
