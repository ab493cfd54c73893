package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

const formatText = "cosmo store 1\n"

// maxSmall bounds the small files that are read whole, in bytes: a damaged
// store must not fill memory.
const maxSmall = 16 << 20

var folders = []string{"objects", "blobs", "index", "remembered", "roots", "runs", "locks", "tmp", "corrupt", "alarms"}

// Store is an open store. Methods are safe for use by many goroutines, but for
// GC and Close, which want to be alone.
type Store struct {
	fs     fsx.FS
	dir    string
	unlock func() error // the shared store lock

	mu     sync.Mutex
	slots  map[int]bool    // of tmp/, those this Store holds
	synced map[string]bool // folders whose own names are durable
}

// FormatError says that a folder is not a store this version can use.
type FormatError struct {
	Dir     string
	Found   string // in its format file, or
	Foreign string // what is there instead of one
}

func (e *FormatError) Error() string {
	if e.Foreign != "" {
		return fmt.Sprintf("%s is not a store, and not empty: there is %s in it", e.Dir, e.Foreign)
	}
	return fmt.Sprintf("%s is not a store of this version: its format file says %q", e.Dir, strings.TrimSpace(e.Found))
}

// Open opens the store in dir and makes it if there is none. While GC runs
// elsewhere the error is fsx.ErrLocked; a folder of another format gives a
// *FormatError.
func Open(fsys fsx.FS, dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{fs: fsys, dir: dir, slots: map[int]bool{}, synced: map[string]bool{}}
	if err := s.claim(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if s.unlock, err = fsys.Lock(s.Abs("lock"), fsx.Shared, false); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := s.check(); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	// What killed processes left is in the way of those that need the space.
	// A store that only others may write is no reason to fail.
	_, _ = s.sweep(false)
	return s, nil
}

// claim makes the folder, but refuses one that is in use for something else:
// GC would clear it.
func (s *Store) claim() error {
	if err := s.fs.MkdirAll(s.dir); err != nil {
		return err
	}
	if _, err := s.fs.Stat(s.Abs("format")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	list, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Name != "lock" && f.Name != "format" && !slices.Contains(folders, f.Name) {
			return &FormatError{Dir: s.dir, Foreign: f.Name}
		}
	}
	return nil
}

// check reads the format file, or lays a new store out and writes it.
func (s *Store) check() error {
	text, err := s.readSmall(s.Abs("format"), 4096)
	switch {
	case err == nil && string(text) == formatText:
		return s.restore()
	case err == nil:
		return &FormatError{Dir: s.dir, Found: string(text)}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	for _, name := range folders {
		if err := s.fs.MkdirAll(s.Abs(name)); err != nil {
			return err
		}
	}
	if err := s.fs.SyncDir(filepath.Dir(s.dir)); err != nil {
		return err
	}
	return s.write("format", []byte(formatText), 0o666)
}

// restore makes the folders anew that somebody removed: what was in them is made
// again when it is needed.
func (s *Store) restore() error {
	list, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, f := range list {
		there[f.Name] = true
	}
	for _, name := range folders {
		if there[name] {
			continue
		}
		if err := s.fs.MkdirAll(s.Abs(name)); err != nil {
			return err
		}
	}
	return nil
}

// Close lets go of the store. What is published stays.
func (s *Store) Close() error {
	if s.unlock == nil {
		return nil
	}
	unlock := s.unlock
	s.unlock = nil
	if err := unlock(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Dir is the store's folder, absolute.
func (s *Store) Dir() string { return s.dir }

// FS is what the store reads and writes with.
func (s *Store) FS() fsx.FS { return s.fs }

// Abs turns a path that the store gave (slashes, relative to it) into one to
// open. Absolute paths stay as they are.
func (s *Store) Abs(rel string) string {
	if filepath.IsAbs(rel) {
		return rel
	}
	return filepath.Join(s.dir, filepath.FromSlash(rel))
}

// named is what files of objects/ and blobs/ are called.
var named = regexp.MustCompile(`^(objects|blobs)/([0-9a-f]{2})/([0-9a-f]{64})((?:\.[A-Za-z0-9_-]+)*)$`)

var extension = regexp.MustCompile(`^(\.[A-Za-z0-9_-]+)*$`)

// place is the relative path of a content-addressed file.
func place(folder string, name digest.Sum, ext string) (string, error) {
	if !extension.MatchString(ext) {
		return "", fmt.Errorf("name object: bad extension %q", ext)
	}
	h := name.Hex()
	return path.Join(folder, h[:2], h+ext), nil
}

// inStore reports whether rel is a path that place makes: nothing read from
// disk is trusted to stay inside the store otherwise.
func inStore(rel string) bool {
	m := named.FindStringSubmatch(rel)
	return m != nil && m[3][:2] == m[2]
}

// readSmall reads a whole file of at most limit bytes.
func (s *Store) readSmall(name string, limit int64) ([]byte, error) {
	f, err := s.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir || info.Size > limit {
		return nil, &tooLargeError{name, info.Size}
	}
	b := make([]byte, info.Size)
	if n, err := f.ReadAt(b, 0); n < len(b) || (err != nil && err != io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return b, nil
}

type tooLargeError struct {
	name string
	size int64
}

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("read %s: %d bytes are not a small file", e.name, e.size)
}
