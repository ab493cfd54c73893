package lint

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"cosmo/lang"
	"cosmo/ops"
)

// fence is a fenced block of a document. Recipes are marked in three ways:
//
//	```hcl         a whole recipe without errors
//	```hcl part    a piece of one: only its syntax is checked
//	```hcl wrong   a recipe that has to be refused
type fence struct {
	doc  string
	line int // of its first line
	info string
	text string
}

func fences(t *testing.T) []fence {
	t.Helper()
	var list []fence
	for _, doc := range documents(t) {
		var open *fence
		for i, line := range strings.Split(string(read(t, doc)), "\n") {
			switch {
			case open != nil && strings.TrimSpace(line) == "```":
				list = append(list, *open)
				open = nil
			case open != nil:
				open.text += line + "\n"
			case strings.HasPrefix(line, "```"):
				open = &fence{doc: doc, line: i + 2, info: strings.TrimSpace(line[3:])}
			}
		}
		if open != nil {
			t.Errorf("%s:%d: a fence is never closed", doc, open.line)
		}
	}
	return list
}

// documents lists the pages that users read.
func documents(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, name := range files(t) {
		if path.Ext(name) == ".md" && !strings.Contains(name, "testdata/") {
			list = append(list, name)
		}
	}
	return list
}

func TestRecipesInDocuments(t *testing.T) {
	options := ops.LangOptions()
	recipes := 0
	for _, f := range fences(t) {
		word, mark, _ := strings.Cut(f.info, " ")
		if word != "hcl" {
			continue
		}
		recipes++
		var diags hcl.Diagnostics
		switch mark {
		case "part":
			_, diags = hclsyntax.ParseConfig([]byte(f.text), f.doc, hcl.Pos{Line: f.line, Column: 1})
		case "", "wrong":
			_, diags = lang.LoadBytes(map[string][]byte{f.doc + ".hcl": []byte(f.text)}, t.TempDir(), options)
		default:
			t.Errorf("%s:%d: a recipe is marked %q; known are nothing, part and wrong", f.doc, f.line, mark)
		}
		if diags.HasErrors() != (mark == "wrong") {
			t.Errorf("%s:%d: want a recipe that is %s, got %v", f.doc, f.line, map[bool]string{true: "wrong", false: "right"}[mark == "wrong"], diags)
		}
	}
	if recipes == 0 {
		t.Error("the documents show no recipe")
	}
}

// Every folder of recipes/ is a sound recipe. That they pour is tested with the
// command line.
func TestRecipesAreSound(t *testing.T) {
	folders, err := fs.ReadDir(repo, "recipes")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range folders {
		if !d.IsDir() {
			t.Errorf("recipes/%s is not a folder", d.Name())
			continue
		}
		r, diags := ops.Load("../../recipes/"+d.Name(), nil)
		for _, dg := range diags {
			t.Errorf("recipes/%s: %v", d.Name(), dg)
		}
		if r != nil && r.Name != d.Name() {
			t.Errorf("recipes/%s calls itself %q", d.Name(), r.Name)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links between documents lead somewhere.
func TestLinks(t *testing.T) {
	for _, doc := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(string(read(t, doc)), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if _, err := fs.Stat(repo, path.Join(path.Dir(doc), target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", doc, m[1], err)
			}
		}
	}
}
