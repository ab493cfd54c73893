package lang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes files into a new folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadFile(t *testing.T) {
	dir := folder(t, map[string]string{"mini.hcl": twoModels + "locals { n = file(\"parts/n.txt\") }\nvodka \"x\" { mix = tonumber(local.n) * model.a }\n", "parts/n.txt": "1"})
	path := filepath.Join(dir, "mini.hcl")
	r, diags := Load(path, testOptions)
	if diags.HasErrors() {
		t.Fatal(texts(diags))
	}
	if r.Name != "mini" || r.Path != path || r.Dir != dir || r.LockPath != filepath.Join(dir, "mini.lock.hcl") || len(r.Files) != 1 || r.Files[path] == nil || len(r.Mixes) != 1 {
		t.Errorf("%q %q %q %q, %d files, %d mixes", r.Name, r.Path, r.Dir, r.LockPath, len(r.Files), len(r.Mixes))
	}
}

func TestLoadFolder(t *testing.T) {
	dir := folder(t, map[string]string{
		"bloodymary/models.hcl":         twoModels,
		"bloodymary/mixes.hcl":          "vodka \"x\" { mix = local.half * model.a + local.half * model.b }\n",
		"bloodymary/values.hcl":         "locals { half = 0.5 }\n",
		"bloodymary/cosmo.lock.hcl":     "version = 1\n",
		"bloodymary/x.cosmotest.hcl":    "this is no recipe",
		"bloodymary/.hidden.hcl":        "nor is this",
		"bloodymary/notes.txt":          "nor this",
		"bloodymary/deeper/ignored.hcl": "nor this",
	})
	path := filepath.Join(dir, "bloodymary")
	r, diags := Load(path, testOptions)
	if diags.HasErrors() {
		t.Fatal(texts(diags))
	}
	if r.Name != "bloodymary" || r.Dir != path || r.LockPath != filepath.Join(path, "cosmo.lock.hcl") || len(r.Files) != 3 {
		t.Errorf("%q %q %q, %d files", r.Name, r.Dir, r.LockPath, len(r.Files))
	}
	if got := r.Mixes[0].Text; got != "0.5 * model.a + 0.5 * model.b" {
		t.Error(got)
	}
}

// Errors of all files come at once, sorted by place.
func TestLoadErrorsOfSeveralFiles(t *testing.T) {
	_, diags := LoadBytes(map[string][]byte{
		"a.hcl": []byte("vodka \"x\" { mix = 0.5 * model.a }\nvodka \"y\" { mix = model.c }\n"),
		"b.hcl": []byte(twoModels + "vodka \"x\" { mix = model.a }\nrecipe \"one\" {}\n"),
		"c.hcl": []byte("recipe \"two\" {}\nmodle \"z\" {}\n"),
	}, ".", testOptions)
	want := `Error at a.hcl:1,19-32: Glass not full: This glass is 50 % full: 50 % model.a. Make the parts add up to 100 %, or write them as weights; any_mass = true says that another mass is meant.
Error at a.hcl:2,19-26: Unknown reference: There is no model.c.
Error at b.hcl:4,1-10: Block declared twice: vodka.x was declared at a.hcl:1 already. Give one of them another label.
Error at c.hcl:1,1-13: Second recipe block: The recipe was named at b.hcl:5 already. A recipe has one name.
Error at c.hcl:2,1-6: Unknown block type: There is no block type "modle"; did you mean model?
`
	if got := texts(diags); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// A file that does not parse lacks blocks: its errors come alone.
	_, diags = LoadBytes(map[string][]byte{"a.hcl": []byte("vodka \"x\" { mix = model.a }\n"), "b.hcl": []byte("model \"a\" {\n")}, ".", testOptions)
	if got := strings.Join(summaries(diags), ", "); got != "Brace not closed" {
		t.Error(got)
	}
}

func TestLoadTrouble(t *testing.T) {
	dir := folder(t, map[string]string{"recipe.lock.hcl": "version = 1\n", "x.cosmotest.hcl": "", "model.safetensors": "\x08", "empty/notes.txt": "", "odd.hcl/x": ""})
	for _, c := range []struct{ path, want string }{
		{"missing.hcl", "there is no such file."},
		{"recipe.lock.hcl", "a recipe is an .hcl file (not a lock, not a test), or a folder of them."},
		{"x.cosmotest.hcl", "a recipe is an .hcl file (not a lock, not a test), or a folder of them."},
		{"model.safetensors", "a recipe is an .hcl file (not a lock, not a test), or a folder of them."},
		{"empty", "no .hcl file in this folder."},
		{"odd.hcl", "no .hcl file in this folder."},
	} {
		r, diags := Load(filepath.Join(dir, c.path), testOptions)
		if r == nil || len(diags) != 1 || diags[0].Summary != "Recipe not readable" || !strings.HasSuffix(diags[0].Detail, ": "+c.want) {
			t.Errorf("%s: %s\nwant %s", c.path, texts(diags), c.want)
		}
		if goals, _ := r.Goals(nil, true); len(goals) != 0 {
			t.Errorf("%s: goals %v", c.path, goals)
		}
	}
	large := folder(t, map[string]string{"r.hcl": strings.Repeat("# x\n", maxRecipeBytes/4+1)})
	if _, diags := Load(large, testOptions); len(diags) != 1 || diags[0].Summary != "Recipe too large" {
		t.Errorf("a large recipe: %s", texts(diags))
	}
}

func TestLoadBytes(t *testing.T) {
	files := map[string][]byte{"sub/r.hcl": []byte(twoModels), "sub/r.lock.hcl": []byte("x"), "sub/data.txt": []byte("x")}
	r, diags := LoadBytes(files, "sub", testOptions)
	if diags.HasErrors() || r.Name != "r" || r.Dir != "sub" || r.LockPath != filepath.Join("sub", "r.lock.hcl") || len(r.Files) != 1 {
		t.Errorf("one file: %q %q %q, %s", r.Name, r.Dir, r.LockPath, texts(diags))
	}
	files["sub/s.hcl"] = []byte("vodka \"x\" { mix = model.a }\n")
	r, diags = LoadBytes(files, "sub", testOptions)
	if diags.HasErrors() || r.Name != "sub" || r.Dir != "sub" || r.LockPath != filepath.Join("sub", "cosmo.lock.hcl") || len(r.Files) != 2 || len(r.Mixes) != 1 {
		t.Errorf("two files: %q %q %q, %s", r.Name, r.Dir, r.LockPath, texts(diags))
	}
	r, diags = LoadBytes(map[string][]byte{"r.hcl": []byte("\ufeff" + twoModels)}, ".", testOptions)
	if diags.HasErrors() || len(r.Models) != 2 {
		t.Errorf("a byte order mark: %s", texts(diags))
	}
	r, diags = LoadBytes(nil, ".", testOptions)
	if len(diags) != 0 || len(r.Models) != 0 {
		t.Errorf("no file: %s", texts(diags))
	}
}
