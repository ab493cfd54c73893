package git

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestTree: a commit is read as the disk was, whatever lies there now.
func TestTree(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git program here")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	must := func(args ...string) {
		t.Helper()
		if _, err := run(dir, args...); err != nil {
			t.Fatal(err)
		}
	}
	must("init", "-q", ".")
	write("a/one.hcl", "first\n")
	write("a/b/ü \"two\".hcl", "second\n")
	if err := os.Symlink("one.hcl", filepath.Join(dir, "a/link.hcl")); err != nil {
		t.Log(err)
	}
	must("add", ".")
	must("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "one")
	write("a/one.hcl", "changed\n")
	for _, from := range []string{dir, filepath.Join(dir, "a")} {
		tree, err := Open(from, "HEAD")
		if err != nil {
			t.Fatal(err)
		}
		at := func(name string) string { // as a user there would say it
			rel, err := filepath.Rel(from, filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return rel
		}
		for name, want := range map[string]string{"a/one.hcl": "first\n", "a/b/ü \"two\".hcl": "second\n"} {
			for _, spelled := range []string{at(name), filepath.Join(dir, name)} {
				got, err := tree.ReadFile(spelled, 100)
				if string(got) != want || err != nil {
					t.Errorf("%s: %q, %v", spelled, got, err)
				}
			}
			if info, err := tree.Stat(at(name)); err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(want)) || info.Name() != filepath.Base(name) {
				t.Errorf("%s: %+v, %v", name, info, err)
			}
		}
		if _, err := tree.ReadFile(at("a/one.hcl"), 3); err == nil {
			t.Error("a file larger than the limit is read")
		}
		list, err := tree.ReadDir(at("a"))
		if err != nil || len(list) < 2 || !list[0].IsDir() || list[len(list)-1].Name() != "one.hcl" {
			t.Errorf("%v, %v", list, err)
		}
		if info, err := tree.Stat(at(".")); err != nil || !info.IsDir() {
			t.Errorf("the top: %v, %v", info, err)
		}
		if info, err := tree.Stat(at("a/link.hcl")); err == nil && info.Mode().IsRegular() {
			t.Error("a link passes for a file")
		}
		for _, name := range []string{"nothing", "a/nothing.hcl", "nothing/x.hcl", "../outside.hcl", "a/one.hcl/x"} {
			if _, err := tree.Stat(at(name)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, revision := range []string{"", "nothing", "--help", "HEAD:a", "HEAD~9"} {
		if _, err := Open(dir, revision); err == nil {
			t.Errorf("%q is a revision", revision)
		}
	}
	if _, err := Open(t.TempDir(), "HEAD"); err == nil {
		t.Error("there is no repository")
	}
}
