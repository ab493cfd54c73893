package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/fsx/faultfs"
)

// job is what an op does, from an empty folder on: two results, one of which
// has a list, remembered digests and a registered lock. With it every kind of
// write the store knows is done.
func job(f fsx.FS, dir string) (err error) {
	s, err := Open(f, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	_, _, unlock, err := s.LockKeys(nil)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := makeEntry(s, 1, bytes.Repeat([]byte("one "), 5000), []byte("list of one")); err != nil {
		return err
	}
	e, err := makeEntry(s, 2, []byte("two"), nil)
	if err != nil {
		return err
	}
	if err := s.RegisterLock(filepath.Join(dir, "..", "recipe.lock"), nil, []digest.Sum{keyOf(1), keyOf(2)}); err != nil {
		return err
	}
	if err := s.RecordRun(Run{ID: "r1", Keys: []digest.Sum{keyOf(1)}}); err != nil {
		return err
	}
	_, err = s.Remember(e.Identity, FileDigest{SHA256: e.SHA256, Root: e.Root, Size: e.Size, Path: s.Abs(e.Object)}, []byte("list of two"), longAfter(e.Identity))
	return err
}

// audit says what is wrong with a store: nothing may be there that cannot be
// trusted, whatever happened to its makers.
func audit(t *testing.T, dir string) (entries int) {
	t.Helper()
	s, err := Open(fsx.OS(), dir)
	if err != nil {
		t.Errorf("it cannot be opened again: %v", err)
		return 0
	}
	defer s.Close()
	rep, err := s.Verify(context.Background(), check, nil, false)
	if err != nil || len(rep.Damages)+len(rep.Missing)+rep.Broken+rep.Healed > 0 {
		t.Errorf("verify: %+v, %v", rep, err)
	}
	for _, f := range files(t, s, "corrupt", "alarms") {
		t.Errorf("there is %s", f)
	}
	for n := 1; n <= 2; n++ {
		if mustLookup(t, s, n) != nil {
			entries++
		}
	}
	return entries
}

// redo does the job on a sound disk and expects all of it, and no leftovers.
func redo(t *testing.T, dir string) {
	t.Helper()
	if err := job(fsx.OS(), dir); err != nil {
		t.Errorf("done again: %v", err)
		return
	}
	if n := audit(t, dir); n != 2 {
		t.Errorf("done again, %d of 2 results are there", n)
	}
	s := open(t, dir)
	os.WriteFile(filepath.Join(dir, "..", "recipe.lock"), nil, 0o666)
	if _, err := s.GC(GCOptions{}); err != nil {
		t.Error(err)
	}
	if got := files(t, s, "tmp", "locks"); len(got) > 0 {
		t.Errorf("gc left %q", got)
	}
	if got := content(files(t, s, "objects", "blobs", "index")); len(got) != 2+2+2 {
		t.Errorf("in the end there are %q", got)
	}
	s.Close()
}

func countCalls(t *testing.T) int {
	t.Helper()
	f := faultfs.New(fsx.OS())
	if err := job(f, filepath.Join(t.TempDir(), "store")); err != nil {
		t.Fatal(err)
	}
	return f.Calls()
}

// step is 1, or more where time is short.
func step() int {
	if testing.Short() {
		return 7
	}
	return 1
}

// TestKilled lets the process die at every call, with the last write undone
// and half done.
func TestKilled(t *testing.T) {
	n := countCalls(t)
	t.Logf("%d calls", n)
	for _, torn := range []bool{false, true} {
		for i := 1; i <= n; i += step() {
			dir := filepath.Join(t.TempDir(), "store")
			f := faultfs.New(fsx.OS()).KillAt(i)
			if torn {
				f.Torn()
			}
			if err := job(f, dir); !errors.Is(err, faultfs.ErrKilled) && i < n {
				t.Errorf("killed at %d: %v", i, err)
			}
			audit(t, dir)
			redo(t, dir)
			if t.Failed() {
				t.Fatalf("killed at call %d of %d, %s", i, n, last(f.Trace()))
			}
		}
	}
}

var errDisk = errors.New("bad disk")

// TestFailed lets every call fail once. What is optional may go unnoticed
// (clearing up), but then the job must be done in full.
func TestFailed(t *testing.T) {
	n := countCalls(t)
	var forgiven []string
	for i := 1; i <= n; i += step() {
		dir := filepath.Join(t.TempDir(), "store")
		f := faultfs.New(fsx.OS()).FailAt(i, errDisk)
		err := job(f, dir)
		entries := audit(t, dir)
		if err == nil {
			op, _, _ := strings.Cut(f.Trace()[i-1], " ")
			forgiven = append(forgiven, op)
			if entries != 2 {
				t.Errorf("no error, and %d of 2 results", entries)
			}
		} else if !errors.Is(err, errDisk) {
			t.Errorf("another error: %v", err)
		}
		redo(t, dir)
		if t.Failed() {
			t.Fatalf("failed at call %d of %d, %s: %v", i, n, f.Trace()[i-1], err)
		}
	}
	// Only looking for what the dead left, and looking for an equal blob to
	// spare a write, may fail without anybody being told.
	slices.Sort(forgiven)
	for _, op := range slices.Compact(forgiven) {
		if op != "readdir" && op != "open" {
			t.Errorf("a failed %s was not reported", op)
		}
	}
}

func last(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[len(l)-1]
}

func TestNoSpace(t *testing.T) {
	dir := t.TempDir()
	open(t, dir).Close()
	s := openFS(t, faultfs.New(fsx.OS()).NoSpaceAfter(1000), dir)
	if _, err := s.NewObject(1001, true); !fsx.IsNoSpace(err) {
		t.Fatalf("got %v", err)
	}
	p, err := s.NewObject(500, true)
	if err != nil {
		t.Fatalf("after the failure: %v", err)
	}
	p.Abort()
	for _, f := range files(t, s, "tmp", "objects") {
		if !strings.HasSuffix(f, ".lock") {
			t.Errorf("left: %s", f)
		}
	}
	// A disk that fills up while the entry is written.
	for room := int64(20); room < 1200; room += 100 {
		dir := t.TempDir()
		open(t, dir).Close()
		s := openFS(t, faultfs.New(fsx.OS()).NoSpaceAfter(room), dir)
		if _, err := makeEntry(s, 1, []byte("0123456789"), []byte("list")); !fsx.IsNoSpace(err) && err != nil {
			t.Errorf("%d bytes: %v", room, err)
		}
		s.Close()
		audit(t, dir)
	}
}

// TestOrder reads from the trace that a power cut cannot hurt either: a file
// is synced after its last write and before it gets its name, the name's
// folder is synced after, and all that before the entry gets its own name.
func TestOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	f := faultfs.New(fsx.OS())
	if err := job(f, dir); err != nil {
		t.Fatal(err)
	}
	dirty := map[string]bool{}   // files with unsynced bytes
	unnamed := map[string]bool{} // folders with unsynced names
	renames := 0
	for i, call := range f.Trace() {
		op, arg, _ := strings.Cut(call, " ")
		switch op {
		case "create", "write", "truncate", "allocate", "chmod":
			dirty[arg] = true
		case "sync":
			delete(dirty, arg)
		case "syncdir":
			delete(unnamed, arg)
		case "mkdir":
			unnamed[filepath.Dir(arg)] = true
		case "rename":
			renames++
			from, to, _ := strings.Cut(arg, " → ")
			if dirty[from] {
				t.Errorf("call %d: %s has unsynced bytes", i+1, call)
			}
			rel, _ := filepath.Rel(dir, to)
			if strings.HasPrefix(rel, "index") {
				for d := range unnamed {
					// Its own shard is named together with it.
					if d != filepath.Join(dir, "index") {
						t.Errorf("call %d: %s while names in %s are not durable", i+1, call, d)
					}
				}
			}
			unnamed[filepath.Dir(to)] = true
		}
	}
	for d := range unnamed {
		t.Errorf("names in %s are not durable in the end", d)
	}
	// format; 2 objects, 1+1 lists, 2 entries, lock, run, memory
	if want := 10; renames != want {
		t.Errorf("%d renames, want %d:\n%s", renames, want, fmt.Sprint(strings.Join(f.Trace(), "\n")))
	}
}
