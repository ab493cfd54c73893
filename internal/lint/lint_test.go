package lint

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

const module = "cosmo"

// repo is the root of the repository.
var repo = os.DirFS(filepath.Join("..", ".."))

// goFile is a Go file of the repository, read up to its imports.
type goFile struct {
	path    string // "engine/run.go"
	dir     string // "engine"
	test    bool
	ignored bool // a tool to be run by hand, not part of its folder's package
	ast     *ast.File
	imports []string
}

// files lists what is in the repository, in order. What builds and runs leave
// behind is no part of it.
func files(t *testing.T) []string {
	t.Helper()
	var list []string
	err := fs.WalkDir(repo, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == ".cosmo" || d.Name() == "out") {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			list = append(list, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(repo, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var list []goFile
	for _, name := range files(t) {
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			continue
		}
		src := read(t, name)
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Fatalf("parse %s: %v", name, err)
		}
		g := goFile{path: name, dir: path.Dir(name), ast: f, test: strings.HasSuffix(name, "_test.go")}
		g.ignored = bytes.Contains(src[:min(len(src), 2000)], []byte("\n//go:build ignore")) || bytes.HasPrefix(src, []byte("//go:build ignore"))
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatalf("%s: import %s: %v", name, i.Path.Value, err)
			}
			g.imports = append(g.imports, p)
		}
		list = append(list, g)
	}
	if len(list) < 50 {
		t.Fatalf("only %d Go files found: the walk does not see the repository", len(list))
	}
	return list
}

// within reports whether an import path or folder is root or lies below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// layer is a rule about everything below a folder, tests included.
type layer struct {
	dir    string
	never  []string // import paths, with what lies below them
	reason string
}

var layers = []layer{
	{"lang", []string{module + "/engine", module + "/ops", module + "/cmd"}, "lang knows what an author says, not how or when it is done"},
	{"engine", []string{module + "/lang", module + "/ops", module + "/cmd"}, "engine knows when things are done, not what they are"},
	{"engine", []string{"github.com/hashicorp/hcl", "github.com/zclconf/go-cty"}, "engine knows no HCL: ranges are carried as plain numbers"},
	{"engine", []string{"gorgonia.org"}, "engine knows no tensors"},
	{"ops", []string{module + "/cmd"}, "ops return data; printing is the command line's"},
	{"ops/mix/kernel", []string{module + "/lang", module + "/engine", module + "/ops/checkpoint"}, "kernels know bytes and coefficients alone"},
	{"ops/checkpoint", []string{module + "/lang", module + "/ops/mix", module + "/engine/store"}, "the container knows no recipes, no mixing and no store"},
}

func TestImports(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, imp := range f.imports {
			for _, l := range layers {
				if within(f.dir, l.dir) && slices.ContainsFunc(l.never, func(n string) bool { return within(imp, n) }) {
					t.Errorf("%s imports %s: %s", f.path, imp, l.reason)
				}
			}
			if within(imp, "github.com/spf13") && !within(f.dir, "cmd") {
				t.Errorf("%s imports %s: flags and verbs belong to cmd", f.path, imp)
			}
			if within(imp, module+"/internal/lint") {
				t.Errorf("%s imports %s, which is for tests alone", f.path, imp)
			}
		}
	}
}

// maxLines bounds a source file; most have 150 to 400 lines.
const maxLines = 700

// reason is how the first comment of a longer file explains itself.
var reason = regexp.MustCompile(`(?i)code generated .* do not edit|\blong because\b`)

func TestFileLength(t *testing.T) {
	for _, name := range files(t) {
		if ext := path.Ext(name); ext != ".go" && ext != ".s" && ext != ".h" && ext != ".py" && ext != ".sh" || strings.Contains(name, "testdata/") {
			continue
		}
		src := read(t, name)
		if n := bytes.Count(src, []byte("\n")); n > maxLines && !reason.Match(firstComment(src)) {
			t.Errorf("%s has %d lines; above %d the first comment has to say %q and why", name, n, maxLines, "long because")
		}
	}
}

// firstComment is everything before the first blank line or line of code.
func firstComment(src []byte) []byte {
	end := 0
	for line := range bytes.Lines(src) {
		if s := bytes.TrimSpace(line); len(s) == 0 || !bytes.HasPrefix(s, []byte("//")) && !bytes.HasPrefix(s, []byte("#")) {
			break
		}
		end += len(line)
	}
	return src[:end]
}

// Every package says in doc.go what it is for, what holds in it and what it
// must not know. A package of one file may say it there.
func TestPackageComments(t *testing.T) {
	packages := map[string][]goFile{}
	for _, f := range goFiles(t) {
		if !f.test && !f.ignored {
			packages[f.dir] = append(packages[f.dir], f)
		}
	}
	for dir, list := range packages {
		i := slices.IndexFunc(list, func(f goFile) bool { return path.Base(f.path) == "doc.go" })
		if i < 0 && len(list) == 1 {
			i = 0
		}
		switch {
		case i < 0:
			t.Errorf("%s has no doc.go", dir)
		case list[i].ast.Doc == nil:
			t.Errorf("%s has no package comment", list[i].path)
		default:
			want := "Package " + list[i].ast.Name.Name + " "
			if list[i].ast.Name.Name == "main" {
				want = "" // a command's comment begins with what it is called
			}
			if text := list[i].ast.Doc.Text(); !strings.HasPrefix(text, want) {
				t.Errorf("%s: the package comment begins %q, not %q", list[i].path, strings.SplitN(text, "\n", 2)[0], want)
			}
		}
	}
}

// forbidden are traces that must not be left in a file, by what they are. The
// patterns are written so that they do not match themselves.
var forbidden = map[string]*regexp.Regexp{
	"a path of somebody's machine": regexp.MustCompile(`/(?:work|farm|root)/[a-z.]|[A-Z]:\\+User[s]\\`),
	"a number of some tracker":     regexp.MustCompile(`(?i)\b(?:issue|ticket|bug)s? #?\d+\b|\b(?:fixes|closes|see) #\d+\b`),
	"a package registry's address": regexp.MustCompile(`(?i)\bpyp[i]\.org|proxy\.golan[g]\.org|\bcrate[s]\.io|registry\.npmj[s]|repo1?\.mave[n]`),
	"something left to do":         regexp.MustCompile(`\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b|not implemente[d]`),
}

func TestNoTraces(t *testing.T) {
	for _, name := range files(t) {
		if name == "LICENSE" || name == "go.sum" {
			continue
		}
		src := read(t, name)
		if bytes.IndexByte(src, 0) >= 0 || !utf8.Valid(src) {
			continue // not a text
		}
		n := 0
		for line := range bytes.Lines(src) {
			n++
			for what, pattern := range forbidden {
				if m := pattern.Find(line); m != nil {
					t.Errorf("%s:%d: %q is %s", name, n, m, what)
				}
			}
		}
	}
}
