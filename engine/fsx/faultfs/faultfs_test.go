package faultfs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cosmo/engine/fsx"
)

var errDisk = errors.New("bad disk")

// work makes a file of 8 bytes and renames it: create, write, sync, rename.
func work(f fsx.FS, dir string) error {
	h, err := f.Create(filepath.Join(dir, "a"), fsx.CreateOptions{})
	if err != nil {
		return err
	}
	defer h.Close()
	if _, err := h.WriteAt([]byte("12345678"), 0); err != nil {
		return err
	}
	if err := h.Sync(); err != nil {
		return err
	}
	return f.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b"))
}

func TestTrace(t *testing.T) {
	dir := t.TempDir()
	f := New(fsx.OS())
	if err := work(f, dir); err != nil {
		t.Fatal(err)
	}
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	want := []string{"create " + a, "write " + a, "sync " + a, "rename " + a + " → " + b}
	got := f.Trace()
	if len(got) != len(want) || f.Calls() != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d is %q, want %q", i+1, got[i], want[i])
		}
	}
}

func TestFail(t *testing.T) {
	f := New(fsx.OS()).FailAt(3, errDisk)
	dir := t.TempDir()
	if err := work(f, dir); !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	if _, err := f.Stat(filepath.Join(dir, "a")); err != nil {
		t.Errorf("a later call fails too: %v", err)
	}
	every := New(fsx.OS()).FailEvery(2, errDisk)
	for i := 1; i <= 6; i++ {
		if _, err := every.Stat(dir); (err != nil) != (i%2 == 0) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func TestKill(t *testing.T) {
	for _, torn := range []bool{false, true} {
		dir := t.TempDir()
		f := New(fsx.OS()).KillAt(3)
		if torn {
			f.Torn()
		}
		if _, err := f.Lock(filepath.Join(dir, "lock"), fsx.Exclusive, false); err != nil {
			t.Fatal(err)
		}
		if err := work(f, dir); !errors.Is(err, ErrKilled) {
			t.Fatalf("got %v", err)
		}
		if _, err := f.Stat(dir); !errors.Is(err, ErrKilled) {
			t.Errorf("a dead process reads: %v", err)
		}
		want := ""
		if torn {
			want = "1234"
		}
		if b, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(b) != want {
			t.Errorf("torn %v: the file is %q (%v), want %q", torn, b, err, want)
		}
		unlock, err := fsx.OS().Lock(filepath.Join(dir, "lock"), fsx.Exclusive, false)
		if err != nil {
			t.Fatalf("a dead process holds its lock: %v", err)
		}
		unlock()
	}
}

func TestNoSpace(t *testing.T) {
	f := New(fsx.OS()).NoSpaceAfter(10)
	dir := t.TempDir()
	if err := work(f, dir); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Free(dir); err != nil || n != 2 {
		t.Errorf("free: %d, %v", n, err)
	}
	h, err := f.Create(filepath.Join(dir, "c"), fsx.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if err := h.Allocate(3); !fsx.IsNoSpace(err) {
		t.Errorf("allocate: %v", err)
	}
	if _, err := h.WriteAt([]byte("12"), 0); err != nil {
		t.Errorf("write: %v", err)
	}
}
