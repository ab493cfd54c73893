package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Tree is the files of a commit. It implements lang.Files; names are paths of
// the host, as they would be in the working tree.
type Tree struct {
	dir    string // where relative names begin
	prefix string // that folder, seen from the top of the repository: a/b/
	top    string // the top
	commit string // its full name
}

// errNoGit says that there is no git program.
var errNoGit = errors.New("there is no git program on this machine")

// Open resolves a revision, such as HEAD~1, in the repository around dir.
func Open(dir, revision string) (*Tree, error) {
	out, err := run(dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return nil, err
	}
	t := &Tree{dir: dir, commit: strings.TrimSpace(string(out))}
	if out, err = run(dir, "rev-parse", "--show-prefix", "--show-toplevel"); err != nil {
		return nil, err
	}
	prefix, top, _ := strings.Cut(string(out), "\n")
	t.prefix, t.top = prefix, strings.TrimSuffix(top, "\n")
	return t, nil
}

// run gives git's standard output.
func run(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errNoGit
	}
	if err != nil {
		text, _, _ := strings.Cut(strings.TrimSpace(trouble.String()), "\n")
		if text == "" {
			text = "there is no such revision"
		}
		return nil, fmt.Errorf("git: %s", strings.TrimPrefix(text, "fatal: "))
	}
	return out.Bytes(), nil
}

// object is how git calls a name in the commit.
func (t *Tree) object(name string) (string, error) {
	if filepath.IsAbs(name) {
		rel, err := filepath.Rel(t.dir, name)
		if err != nil {
			return "", err
		}
		name = rel
	}
	name = path.Join(t.prefix, filepath.ToSlash(name))
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist} // outside of the repository
	}
	if name == "." {
		name = ""
	}
	return t.commit + ":" + name, nil
}

// entry is a file or folder of a tree.
type entry struct {
	name string
	mode string // 100644, 040000, 120000
	size int64
}

// list is git's listing of a folder.
func (t *Tree) list(dir string) ([]entry, error) {
	object, err := t.object(dir)
	if err != nil {
		return nil, err
	}
	out, err := run(t.top, "ls-tree", "-z", "-l", "--end-of-options", object)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: dir, Err: fs.ErrNotExist}
	}
	var list []entry
	for _, line := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		facts, name, ok := strings.Cut(line, "\t")
		fields := strings.Fields(facts)
		if !ok || len(fields) != 4 {
			continue
		}
		size, _ := strconv.ParseInt(fields[3], 10, 64) // "-" for folders
		list = append(list, entry{name, fields[0], size})
	}
	return list, nil
}

// Stat implements lang.Files.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	clean := path.Clean(filepath.ToSlash(name))
	if clean == "." || strings.HasSuffix(clean, "..") {
		if _, err := t.list(clean); err != nil {
			return nil, err
		}
		return info{entry{path.Base(clean), "040000", 0}}, nil
	}
	list, err := t.list(path.Dir(clean))
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.name == path.Base(clean) {
			return info{e}, nil
		}
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// ReadDir implements lang.Files.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := t.list(name)
	if err != nil {
		return nil, err
	}
	entries := make([]fs.DirEntry, len(list))
	for i, e := range list {
		entries[i] = fs.FileInfoToDirEntry(info{e})
	}
	return entries, nil
}

// ReadFile implements lang.Files.
func (t *Tree) ReadFile(name string, limit int64) ([]byte, error) {
	at, err := t.Stat(name)
	if err != nil {
		return nil, err
	}
	if at.Size() > limit {
		return nil, fmt.Errorf("larger than %d bytes", limit)
	}
	object, err := t.object(name)
	if err != nil {
		return nil, err
	}
	return run(t.top, "cat-file", "blob", object)
}

// info is what is known of an entry.
type info struct{ e entry }

func (i info) Name() string       { return i.e.name }
func (i info) Size() int64        { return i.e.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.Mode().IsDir() }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	switch {
	case strings.HasPrefix(i.e.mode, "100"):
		return 0o644
	case i.e.mode == "040000":
		return fs.ModeDir | 0o755
	case i.e.mode == "120000":
		return fs.ModeSymlink | 0o777
	}
	return fs.ModeIrregular // a submodule
}
