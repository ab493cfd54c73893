package faultfs

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/fsx"
)

// do interprets a line of calls: "create NAME", "write NAME TEXT", "sync NAME",
// "rename NAME NAME", "link NAME NAME", "remove NAME", "mkdir NAME", "syncdir
// NAME" ("." is dir).
func do(t *testing.T, f fsx.FS, dir, calls string) {
	t.Helper()
	open := map[string]fsx.File{}
	for call := range strings.SplitSeq(calls, ", ") {
		arg := append(strings.Fields(call), "")
		one, two := filepath.Join(dir, arg[1]), filepath.Join(dir, arg[2])
		var err error
		switch arg[0] {
		case "create":
			open[arg[1]], err = f.Create(one, fsx.CreateOptions{})
		case "write":
			_, err = open[arg[1]].WriteAt([]byte(arg[2]), 0)
		case "sync":
			err = open[arg[1]].Sync()
		case "rename":
			err = f.Rename(one, two)
		case "link":
			err = f.Link(one, two)
		case "remove":
			err = f.Remove(one)
		case "mkdir":
			err = f.MkdirAll(one)
		case "syncdir":
			err = f.SyncDir(one)
		}
		if err != nil {
			t.Fatalf("%s: %v", call, err)
		}
	}
	for _, h := range open {
		h.Close()
	}
}

// content lists what is below dir: "name=text".
func content(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out = append(out, filepath.ToSlash(rel)+"="+string(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestPowerCut: what is there after calls and a power cut that takes data,
// names, or both. In the beginning there is a durable "x" with "old" in it.
func TestPowerCut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that are open cannot be moved away there")
	}
	for _, c := range []struct{ calls, data, names, both string }{
		{"create a, write a new", "a= x=old", "x=old", "x=old"},
		{"create a, write a new, sync a", "a=new x=old", "x=old", "x=old"},
		{"create a, write a new, syncdir .", "a= x=old", "a=new x=old", "a= x=old"},
		{"create a, write a new, sync a, write a ne", "a= x=old", "x=old", "x=old"},
		{"create a, write a new, rename a x", "x=", "x=old", "x=old"},
		{"create a, write a new, sync a, rename a x", "x=new", "x=old", "x=old"},
		{"create a, write a new, rename a x, syncdir .", "x=", "x=new", "x="},
		{"create a, write a new, sync a, rename a x, syncdir .", "x=new", "x=new", "x=new"},
		{"create a, write a new, sync a, rename a b, rename b x", "x=new", "x=old", "x=old"},
		{"mkdir d/e, create d/e/a, write d/e/a new, sync d/e/a, syncdir d/e", "d/e/a=new x=old", "x=old", "x=old"},
		{"mkdir d/e, create d/e/a, write d/e/a new, sync d/e/a, syncdir d/e, syncdir d, syncdir .", "d/e/a=new x=old", "d/e/a=new x=old", "d/e/a=new x=old"},
		{"mkdir d, rename x d/x, syncdir d", "d/x=old", "", ""}, // the folder was never durable
		{"remove x", "", "x=old", "x=old"},
		{"remove x, syncdir .", "", "", ""},
		{"remove x, create x, write x new, sync x", "x=new", "x=old", "x=old"},
		{"link x y", "x=old y=old", "x=old", "x=old"},
		{"link x y, remove x, syncdir .", "y=old", "y=old", "y=old"},
	} {
		for mode, want := range map[string]string{"data": c.data, "names": c.names, "data names": c.both} {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x"), []byte("old"), 0o666); err != nil {
				t.Fatal(err)
			}
			f := New(fsx.OS()).KillAt(strings.Count(c.calls, ",") + 2)
			if strings.Contains(mode, "data") {
				f.LoseData()
			}
			if strings.Contains(mode, "names") {
				f.LoseNames(t.TempDir())
			}
			do(t, f, dir, c.calls)
			if _, err := f.Stat(dir); !errors.Is(err, ErrKilled) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%s: the cut: %v", c.calls, err)
			}
			if got := content(t, dir); got != want {
				t.Errorf("%s: without %s there is %q, want %q", c.calls, mode, got, want)
			}
		}
	}
}
