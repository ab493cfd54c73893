package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

func open(t testing.TB, dir string) *Store { return openFS(t, fsx.OS(), dir) }

func openFS(t testing.TB, f fsx.FS, dir string) *Store {
	t.Helper()
	s, err := Open(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// preimage is the key text of the n-th thing that tests make.
func preimage(n int) string { return fmt.Sprintf("test op 1\nn %d\n", n) }

func keyOf(n int) digest.Sum { return digest.Of([]byte(preimage(n))) }

// makeObject puts data into the store as an object named by its digest.
func makeObject(s *Store, data []byte) (rel string, id fsx.Identity, err error) {
	p, err := s.NewObject(int64(len(data)), false)
	if err != nil {
		return "", id, err
	}
	defer p.Abort()
	if _, err := p.File().WriteAt(data, 0); err != nil {
		return "", id, err
	}
	return p.Commit(digest.Of(data), ".bin")
}

// entry is what publishing data under key n records.
func entry(n int, rel string, id fsx.Identity, data []byte) *Entry {
	return &Entry{
		Key: keyOf(n), Op: "test", Address: fmt.Sprintf("test.t%d", n), Preimage: preimage(n), Object: rel,
		Identity: id, Root: digest.Of(data), SHA256: digest.Of(data), Size: int64(len(data)),
	}
}

// makeEntry does all an op does with its result.
func makeEntry(s *Store, n int, data, attach []byte) (*Entry, error) {
	rel, id, err := makeObject(s, data)
	if err != nil {
		return nil, err
	}
	e := entry(n, rel, id, data)
	return e, s.Publish(e, attach)
}

func mustMake(t testing.TB, s *Store, n int, data, attach []byte) *Entry {
	t.Helper()
	e, err := makeEntry(s, n, data, attach)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func mustLookup(t testing.TB, s *Store, n int) *Entry {
	t.Helper()
	e, err := s.Lookup(keyOf(n))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// check is the Check of tests: an object's root is its SHA-256.
func check(e *Entry, f fsx.File) (root, sum digest.Sum, err error) {
	b := make([]byte, e.Size)
	if err := readFull(f, b, 0); err != nil {
		return root, sum, err
	}
	return digest.Of(b), digest.Of(b), nil
}

// files lists what lies in some of the store's folders, sorted.
func files(t testing.TB, s *Store, folders ...string) []string {
	t.Helper()
	var out []string
	for _, folder := range folders {
		err := filepath.WalkDir(s.Abs(folder), func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, _ := filepath.Rel(s.Dir(), p)
				out = append(out, filepath.ToSlash(rel))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

// content leaves locks out.
func content(names []string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return filepath.Base(n) == "lock" || filepath.Ext(n) == ".lock" })
}

// rewrite replaces a file's content in place, as an editor of a hard link
// would, and gives it another mtime.
func rewrite(t testing.TB, name string, b []byte) {
	t.Helper()
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
	touch(t, name)
}

func touch(t testing.TB, name string) {
	t.Helper()
	info, err := os.Stat(name)
	if err == nil {
		err = os.Chtimes(name, time.Time{}, info.ModTime().Add(time.Second))
	}
	if err != nil {
		t.Fatal(err)
	}
}
