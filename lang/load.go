package lang

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	recipeSuffix = ".hcl"
	lockSuffix   = ".lock.hcl"
	testSuffix   = ".cosmotest.hcl"
	folderLock   = "cosmo" + lockSuffix
)

// Load reads a recipe: one .hcl file, or a folder of them (locks and
// *.cosmotest.hcl left out). The recipe is never nil; with errors among the
// diagnostics it holds what is sound.
func Load(path string, opts Options) (*Recipe, hcl.Diagnostics) {
	return LoadFrom(Disk{}, path, opts)
}

// LoadFrom is Load for files that may lie elsewhere than on the disk.
func LoadFrom(in Files, path string, opts Options) (*Recipe, hcl.Diagnostics) {
	r := &Recipe{Path: path, Dir: path, LockPath: filepath.Join(path, folderLock), Name: baseName(path)}
	info, err := in.Stat(path)
	if err != nil {
		return r, fileTrouble(path, err, nearbyRecipe(in, path))
	}
	names := []string{path}
	switch {
	case info.IsDir():
		if names, err = recipeFiles(in, path); err != nil {
			return r, fileTrouble(path, err)
		}
	case strings.HasSuffix(path, lockSuffix) || strings.HasSuffix(path, testSuffix) || !strings.HasSuffix(path, recipeSuffix):
		return r, fileTrouble(path, errors.New("a recipe is an .hcl file (not a lock, not a test), or a folder of them"))
	default:
		r.setFile(path)
	}
	files := map[string][]byte{}
	var diags hcl.Diagnostics
	for _, name := range names {
		data, err := readBounded(in, name)
		if err != nil {
			diags = append(diags, fileTrouble(name, err)...)
		}
		files[name] = data
	}
	if diags.HasErrors() {
		return r, diags
	}
	return r, r.load(files, opts, func(name string) ([]byte, error) { return readBounded(in, name) })
}

// LoadBytes is Load for files in memory, by path: those that end in .hcl are
// the recipe, and file() finds the others. dir is where relative paths start
// and the recipe's Path; nothing is read from the disk.
func LoadBytes(files map[string][]byte, dir string, opts Options) (*Recipe, hcl.Diagnostics) {
	r := &Recipe{Path: dir, Dir: dir, LockPath: filepath.Join(dir, folderLock), Name: baseName(dir)}
	recipe := map[string][]byte{}
	for name, data := range files {
		if isRecipeFile(name) {
			recipe[name] = data
		}
	}
	if len(recipe) == 1 {
		for name := range recipe {
			r.setFile(name)
		}
		r.Dir = dir
	}
	return r, r.load(recipe, opts, func(name string) ([]byte, error) {
		for _, candidate := range []string{name, relativeTo(dir, name)} {
			if data, ok := files[filepath.ToSlash(candidate)]; ok {
				return data, nil
			}
		}
		return nil, fs.ErrNotExist
	})
}

func relativeTo(dir, name string) string {
	if rel, err := filepath.Rel(dir, name); err == nil {
		return rel
	}
	return name
}

func (r *Recipe) setFile(path string) {
	stem := strings.TrimSuffix(path, recipeSuffix)
	r.Path, r.Dir, r.LockPath, r.Name = path, filepath.Dir(path), stem+lockSuffix, filepath.Base(stem)
}

func baseName(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return filepath.Base(path)
}

func isRecipeFile(name string) bool {
	base := filepath.Base(name)
	return strings.HasSuffix(base, recipeSuffix) && !strings.HasSuffix(base, lockSuffix) &&
		!strings.HasSuffix(base, testSuffix) && !strings.HasPrefix(base, ".")
}

// recipeFiles lists a folder's recipe files in order.
func recipeFiles(in Files, dir string) ([]string, error) {
	entries, err := in.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && isRecipeFile(entry.Name()) {
			names = append(names, filepath.Join(dir, entry.Name()))
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no .hcl file in this folder")
	}
	return names, nil
}

// nearbyRecipe guesses which recipe of the folder is meant by a path that does
// not exist.
func nearbyRecipe(in Files, path string) string {
	entries, err := in.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, entry := range entries {
		if name := entry.Name(); entry.IsDir() || isRecipeFile(name) {
			if !entry.IsDir() && name == filepath.Base(path)+recipeSuffix {
				return "Did you mean " + path + recipeSuffix + "?"
			}
			names = append(names, name)
		}
	}
	if near := Nearest(filepath.Base(path), names); near != "" {
		return "Did you mean " + filepath.Join(filepath.Dir(path), near) + "?"
	}
	return ""
}

// fileTrouble is a diagnostic about a file that has no line to point at.
func fileTrouble(name string, err error, hints ...string) hcl.Diagnostics {
	if name == "" {
		name = `""`
	}
	return hcl.Diagnostics{{
		Severity: hcl.DiagError,
		Summary:  "Recipe not readable",
		Detail:   strings.TrimSpace(fmt.Sprintf("Cannot read %s: %v. %s", name, withoutPath(err), strings.Join(hints, " "))),
	}}
}

// load parses and evaluates.
func (r *Recipe) load(sources map[string][]byte, opts Options, read func(string) ([]byte, error)) hcl.Diagnostics {
	r.Files = map[string]*hcl.File{}
	r.blocks, r.failures = map[Address][]Address{}, map[Address]bool{}
	var diags hcl.Diagnostics
	var bodies []*hclsyntax.Body
	total := 0
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		src := sources[name]
		r.Files[name] = &hcl.File{Bytes: src}
		if total += len(src); total > maxRecipeBytes {
			start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Recipe too large", Subject: &start, Detail: fmt.Sprintf("With %s the recipe is larger than 4 MiB.", name)})
			break
		}
		if at := firstBad(src); at >= 0 {
			diags = append(diags, notUTF8(name, src, at))
			continue
		}
		if tooDeep := checkDepth(src, name); tooDeep != nil {
			diags = append(diags, tooDeep)
			continue
		}
		file, parseDiags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
		if file != nil {
			r.Files[name] = file
			bodies = append(bodies, file.Body.(*hclsyntax.Body))
		}
		diags = append(diags, improveSyntax(parseDiags, src)...)
	}
	if n := len(diags); n > 0 && diags.HasErrors() {
		last := *diags[n-1]
		last.Detail += "\nWhat the blocks say is checked when all of the recipe can be read."
		diags[n-1] = &last
	}
	// A file that did not parse lacks blocks that others refer to: whatever came
	// after would be about their absence.
	if !diags.HasErrors() {
		e := newEvaluator(r, opts, read)
		e.run(bodies)
		diags = append(diags, e.diags...)
	}
	return tidy(diags)
}

// firstBad finds the first byte that is no UTF-8, -1 if there is none.
func firstBad(src []byte) int {
	for at := 0; at < len(src); {
		r, n := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
	return -1
}

func notUTF8(name string, src []byte, at int) *hcl.Diagnostic {
	before := src[:at]
	pos := hcl.Pos{Line: 1 + bytes.Count(before, []byte("\n")), Column: 1 + utf8.RuneCount(before[lineStart(src, at):]), Byte: at}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Not UTF-8 text", Detail: "A recipe is UTF-8 text, but there is a byte here that is none. Save the file as UTF-8.",
		Subject: &hcl.Range{Filename: name, Start: pos, End: hcl.Pos{Line: pos.Line, Column: pos.Column + 1, Byte: at + 1}},
	}
}

// inFolder resolves a name that the author wrote.
func inFolder(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, filepath.FromSlash(name))
}

// withoutPath leaves the operating system's reason, without the names that
// differ from machine to machine.
func withoutPath(err error) error {
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file")
	case errors.As(err, &pathErr):
		return pathErr.Err
	}
	return err
}
