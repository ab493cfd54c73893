package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

func TestOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "store")
	s := open(t, dir)
	if s.Dir() != dir {
		t.Errorf("dir %q", s.Dir())
	}
	other := open(t, dir) // many may use it at once
	if _, err := s.GC(GCOptions{}); !errors.Is(err, fsx.ErrLocked) {
		t.Errorf("gc beside another user: %v", err)
	}
	other.Close()
	other.Close()
	if _, err := s.GC(GCOptions{}); err != nil {
		t.Errorf("gc alone: %v", err)
	}
	if _, err := fsx.OS().Lock(filepath.Join(dir, "lock"), fsx.Exclusive, false); !errors.Is(err, fsx.ErrLocked) {
		t.Errorf("after gc the store is not held any more: %v", err)
	}
	s.Close()
	unlock, err := fsx.OS().Lock(filepath.Join(dir, "lock"), fsx.Exclusive, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(fsx.OS(), dir); !errors.Is(err, fsx.ErrLocked) {
		t.Errorf("open during gc: %v", err)
	}
	unlock()
	var format *FormatError
	os.WriteFile(filepath.Join(dir, "format"), []byte("cosmo store 2\n"), 0o666)
	if _, err := Open(fsx.OS(), dir); !errors.As(err, &format) {
		t.Errorf("unknown version: %v", err)
	}
	foreign := t.TempDir()
	os.WriteFile(filepath.Join(foreign, "thesis.doc"), nil, 0o666)
	if _, err := Open(fsx.OS(), foreign); !errors.As(err, &format) || format.Foreign != "thesis.doc" {
		t.Errorf("somebody's folder: %v", err)
	}
	if list, _ := os.ReadDir(foreign); len(list) != 1 {
		t.Errorf("it was written to: %v", list)
	}
}

func TestPublishLookup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	data, attach := []byte("a checkpoint"), []byte("its list\n")
	if e := mustLookup(t, s, 1); e != nil {
		t.Fatalf("found before it was made: %+v", e)
	}
	rel, id, err := makeObject(s, data)
	if err != nil {
		t.Fatal(err)
	}
	e := entry(1, rel, id, data)
	e.Info = json.RawMessage(`{"note":"a<b & \u2028"}`)
	if err := s.Publish(e, attach); err != nil {
		t.Fatal(err)
	}
	h := digest.Of(data).Hex()
	if want := "objects/" + h[:2] + "/" + h + ".bin"; e.Object != want {
		t.Errorf("object %q, want %q", e.Object, want)
	}
	s.Close()
	s = open(t, dir)
	got := mustLookup(t, s, 1)
	if got == nil {
		t.Fatal("not found")
	}
	var a, b any
	if json.Unmarshal(e.Info, &a) != nil || json.Unmarshal(got.Info, &b) != nil || !cmp.Equal(a, b) {
		t.Errorf("info %s became %s", e.Info, got.Info)
	}
	got.Info = e.Info
	if d := cmp.Diff(e, got); d != "" {
		t.Error(d)
	}
	if b, err := os.ReadFile(s.Abs(got.Object)); err != nil || !bytes.Equal(b, data) {
		t.Errorf("object is %q, %v", b, err)
	}
	if b, err := os.ReadFile(s.Abs(got.Attach)); err != nil || !bytes.Equal(b, attach) {
		t.Errorf("attachment is %q, %v", b, err)
	}
	if info, _ := os.Stat(s.Abs(got.Object)); runtime.GOOS != "windows" && info.Mode().Perm() != fsx.UmaskPerm(0o444) {
		t.Errorf("object's mode is %v", info.Mode())
	}
	// The same result under another key shares object and attachment.
	same := *got
	same.Key, same.Preimage = keyOf(2), preimage(2)
	if err := s.Publish(&same, nil); err != nil {
		t.Fatal(err)
	}
	if e := mustLookup(t, s, 2); e == nil || e.Object != got.Object || e.Attach != got.Attach {
		t.Errorf("under another key: %+v", e)
	}
	if got := content(files(t, s, "objects", "blobs")); len(got) != 2 {
		t.Errorf("files %q", got)
	}
	// A list that is gone makes the entry a miss, not a trap.
	os.Remove(s.Abs(got.Attach))
	if e := mustLookup(t, s, 1); e != nil {
		t.Error("found without its attachment")
	}
}

func TestPublishRefuses(t *testing.T) {
	s := open(t, t.TempDir())
	good := mustMake(t, s, 1, []byte("x"), nil)
	for name, spoil := range map[string]func(*Entry){
		"preimage of another key": func(e *Entry) { e.Preimage += " " },
		"no root":                 func(e *Entry) { e.Root = digest.Sum{} },
		"negative size":           func(e *Entry) { e.Size = -1 },
		"path out of the store":   func(e *Entry) { e.Object = "objects/../../etc/passwd" },
		"path in another folder":  func(e *Entry) { e.Object = "format" },
		"shard of another name":   func(e *Entry) { e.Object = strings.Replace(e.Object, "objects/2d", "objects/00", 1) },
		"attachment outside":      func(e *Entry) { e.Attach = "../x" },
		"object that is not there": func(e *Entry) {
			e.Object = "objects/00/" + strings.Repeat("0", 64)
		},
		"object that changed":   func(e *Entry) { e.Identity.MTime++ },
		"text that is not text": func(e *Entry) { e.Address = "\xff"; e.Preimage = "\xff"; e.Key = digest.Of([]byte("\xff")) },
	} {
		e := *good
		spoil(&e)
		if err := s.Publish(&e, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if e := mustLookup(t, s, 1); e == nil {
		t.Error("the good entry is gone")
	}
}

func TestDifferentBytes(t *testing.T) {
	s := open(t, t.TempDir())
	first := mustMake(t, s, 1, []byte("one"), nil)
	_, err := makeEntry(s, 1, []byte("two"), nil)
	var d *DifferentBytes
	if !errors.As(err, &d) || d.Have != first.Root || d.Got != digest.Of([]byte("two")) {
		t.Fatalf("got %v", err)
	}
	if e := mustLookup(t, s, 1); e == nil || e.Root != first.Root {
		t.Errorf("published is %+v", e)
	}
	list, err := s.Alarms()
	if err != nil || len(list) != 1 || list[0] != *d {
		t.Errorf("alarms %+v, %v", list, err)
	}
	if _, err := makeEntry(s, 1, []byte("one"), nil); err != nil {
		t.Errorf("the same again: %v", err)
	}
	// With the published file gone neither is believed; the next run decides.
	os.Remove(s.Abs(first.Object))
	if _, err := makeEntry(s, 1, []byte("two"), nil); !errors.As(err, &d) {
		t.Errorf("got %v", err)
	}
	if _, err := makeEntry(s, 1, []byte("two"), nil); err != nil {
		t.Errorf("the run after: %v", err)
	}
}

// TestChangedThroughLink: a release that is a hard link was edited.
func TestChangedThroughLink(t *testing.T) {
	for _, c := range []struct {
		name  string
		to    string
		aside int // files in corrupt/ after the lookup, and at the end
		end   int
		same  bool // the object survives
	}{
		{"longer", "the release, and more", 1, 1, false},
		{"same length", "THE RELEASE", 0, 1, false},
		{"touched", "the release", 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, t.TempDir())
			data := []byte("the release")
			e := mustMake(t, s, 1, data, nil)
			release := filepath.Join(t.TempDir(), "release")
			if err := os.Link(s.Abs(e.Object), release); err != nil {
				t.Skip("this file system has no hard links:", err)
			}
			rewrite(t, release, []byte(c.to))
			if got := mustLookup(t, s, 1); got != nil {
				t.Fatal("the changed object was found")
			}
			if got := files(t, s, "corrupt"); len(got) != c.aside {
				t.Errorf("set aside by lookup: %q", got)
			}
			if err := s.Each(func(e *Entry) error { t.Error("it donates"); return nil }); err != nil {
				t.Fatal(err)
			}
			mustMake(t, s, 1, data, nil)
			if got := mustLookup(t, s, 1); got == nil || (got.Identity.Ino == e.Identity.Ino) != c.same {
				t.Errorf("after it was made again: %+v", got)
			}
			if got := files(t, s, "corrupt"); len(got) != c.end {
				t.Errorf("set aside in the end: %q", got)
			}
			if b, err := os.ReadFile(release); err != nil || string(b) != c.to {
				t.Errorf("the user's file is %q, %v", b, err)
			}
			if b, _ := os.ReadFile(s.Abs(e.Object)); !bytes.Equal(b, data) {
				t.Errorf("the object is %q", b)
			}
		})
	}
}

// TestOutside: a release poured onto another disk is only referred to.
func TestOutside(t *testing.T) {
	s := open(t, t.TempDir())
	name := filepath.Join(t.TempDir(), "release")
	data := []byte("far away")
	os.WriteFile(name, data, 0o666)
	e := entry(1, name, fsx.Identity{}, data)
	if err := s.Publish(e, nil); err != nil {
		t.Fatal(err)
	}
	if got := mustLookup(t, s, 1); got == nil || s.Abs(got.Object) != name {
		t.Fatalf("%+v", got)
	}
	rewrite(t, name, []byte("far away, edited"))
	if got := mustLookup(t, s, 1); got != nil {
		t.Error("the changed file was found")
	}
	if _, err := s.GC(GCOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err != nil {
		t.Errorf("the user's file: %v", err)
	}
}

func TestPending(t *testing.T) {
	s := open(t, t.TempDir())
	p, err := s.NewObject(1<<20, true)
	if err != nil {
		t.Fatal(err)
	}
	b := fsx.AlignedBuffer(1 << 20)
	if _, err := p.File().WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	rel, _, err := p.Commit(digest.Of(b), ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	p.Abort() // has no effect now
	if _, err := os.Stat(s.Abs(rel)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Commit(digest.Of(b), ".safetensors"); err == nil {
		t.Error("committed twice")
	}
	for name, c := range map[string]struct {
		size int64
		ext  string
	}{"short": {3, ".x"}, "bad extension": {2, "/../x"}} {
		p, err := s.NewObject(c.size, false)
		if err != nil {
			t.Fatal(err)
		}
		p.File().WriteAt([]byte("ab"), 0)
		p.File().Truncate(2)
		if _, _, err := p.Commit(digest.Of([]byte("ab")), c.ext); err == nil {
			t.Errorf("%s: committed", name)
		}
	}
	if got := content(files(t, s, "objects")); len(got) != 1 {
		t.Errorf("objects %q", got)
	}
	// Many at once have slots of their own; all are given back.
	var ps []*Pending
	for range 5 {
		p, err := s.NewObject(10, false)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	other := open(t, s.Dir())
	if got := files(t, s, "tmp"); len(got) != 10 {
		t.Errorf("another process's start touched what is alive: %q", got)
	}
	q, err := other.NewObject(10, false)
	if err != nil {
		t.Fatal(err)
	}
	q.Abort()
	for _, p := range ps {
		p.Abort()
	}
	for _, name := range files(t, s, "tmp") {
		if !strings.HasSuffix(name, ".lock") {
			t.Errorf("left: %s", name)
		}
	}
}

func TestBlob(t *testing.T) {
	s := open(t, t.TempDir())
	rel, sum, err := s.PutBlob(".txt", []byte("hello\n"))
	// printf 'hello\n' | sha256sum
	if want := "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"; err != nil || sum.Hex() != want || rel != "blobs/58/"+want+".txt" {
		t.Fatalf("%s %s %v", rel, sum, err)
	}
	rewrite(t, s.Abs(rel), []byte("HELLO\n"))
	if _, _, err := s.PutBlob(".txt", []byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(s.Abs(rel)); string(b) != "hello\n" {
		t.Errorf("a damaged blob was kept: %q", b)
	}
}

func BenchmarkLookup50(b *testing.B) {
	s := open(b, b.TempDir())
	for i := range 50 {
		mustMake(b, s, i, []byte(preimage(i)), []byte("list"))
	}
	for b.Loop() {
		for i := range 50 {
			if mustLookup(b, s, i) == nil {
				b.Fatal("missing")
			}
		}
	}
}

// TestMeddled: folders that somebody removed are made again, and one that took
// the place of a file is set aside.
func TestMeddled(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	entry := mustMake(t, s, 1, []byte("one"), nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range folders {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir)
	if e, err := s.Lookup(entry.Key); e != nil || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
	mustMake(t, s, 1, []byte("one"), nil)
	var index string
	err := filepath.WalkDir(filepath.Join(dir, "index"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".json") {
			index = p
		}
		return err
	})
	if err != nil || index == "" {
		t.Fatalf("%q, %v", index, err)
	}
	if err := errors.Join(os.Remove(index), os.MkdirAll(filepath.Join(index, "in it"), 0o777)); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Lookup(entry.Key); e != nil || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
	mustMake(t, s, 1, []byte("one"), nil)
	if e, err := s.Lookup(entry.Key); e == nil || err != nil {
		t.Errorf("after it was made again: %+v, %v", e, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "corrupt", filepath.Base(index), "in it")); err != nil {
		t.Error(err)
	}
}
