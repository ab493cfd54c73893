package view

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"cosmo/lang"
	"cosmo/lang/diff"
	"cosmo/lang/lockfile"
	"cosmo/ops"
)

// TestDiff: pairs of recipes with what is said of them on a terminal, in a pull
// request and to programs. -update writes that down, to be read before it is
// committed.
func TestDiff(t *testing.T) {
	names, err := filepath.Glob("testdata/diff/*.txtar")
	if err != nil || len(names) < 40 {
		t.Fatalf("%d pairs, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			changes := diff.Compare(side(t, files, "old"), side(t, files, "new"), diff.Options{Size: ops.SourceSize})
			var out [3]bytes.Buffer
			screen := Stream{W: &out[0], Size: func() (int, int) { return 80, 24 }}
			NewHuman(Config{Out: screen, Err: screen}).Differences(changes, false)
			NewHuman(Config{Out: Stream{W: &out[1]}, Err: screen}).Differences(changes, true)
			NewJSON(Config{Out: Stream{W: &out[2]}}).Differences(changes, false)
			_, line, _ := strings.Cut(out[2].String(), "\n") // the first is the version
			got := map[string]string{"terminal": out[0].String(), "pull request": out[1].String(), "json": line}
			for _, kind := range []string{"terminal", "pull request", "json"} {
				if *update {
					set(archive, kind, got[kind])
				} else if d := cmp.Diff(files[kind], got[kind]); d != "" {
					t.Errorf("%s (-want +got):\n%s", kind, d)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			// Whoever changes sides sees what was added removed.
			back := diff.Compare(side(t, files, "new"), side(t, files, "old"), diff.Options{})
			if changes.Empty() != back.Empty() || len(changes.Outputs) != len(back.Outputs) || len(changes.Ingredients) != len(back.Ingredients) {
				t.Errorf("there %d and %d, back %d and %d", len(changes.Outputs), len(changes.Ingredients), len(back.Outputs), len(back.Ingredients))
			}
			if control := regexp.MustCompile("[\x00-\x09\x0b-\x1f\x7f]").FindString(out[0].String() + out[1].String()); control != "" {
				t.Errorf("it talks to the terminal: %q", control)
			}
		})
	}
}

func set(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

func side(t *testing.T, files map[string]string, name string) diff.Side {
	t.Helper()
	r, diags := lang.LoadBytes(map[string][]byte{name + ".hcl": []byte(files[name+".hcl"])}, ".", ops.LangOptions())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s := diff.Side{Recipe: r}
	if text, ok := files[name+".lock.hcl"]; ok {
		if s.Lock, diags = lockfile.Read(name+".lock.hcl", []byte(text)); diags.HasErrors() {
			t.Fatal(diags)
		}
	}
	return s
}
