package fsx

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func mustCreate(t *testing.T, name string, opt CreateOptions) File {
	t.Helper()
	f, err := OS().Create(name, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func mustStat(t *testing.T, name string) Info {
	t.Helper()
	info, err := OS().Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestCreate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	f := mustCreate(t, name, CreateOptions{Perm: 0o666})
	if _, err := OS().Create(name, CreateOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second create: %v", err)
	}
	if got, want := mustStat(t, name).Mode.Perm(), UmaskPerm(0o666); got != want {
		t.Errorf("mode is %v, UmaskPerm says %v", got, want)
	}
	if f.Name() != name {
		t.Errorf("name is %q", f.Name())
	}
}

// TestDirect writes whole pages past the cache and the odd end through it.
func TestDirect(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	f := mustCreate(t, name, CreateOptions{Direct: true})
	t.Logf("O_DIRECT: %v", f.Direct())
	const pages, tail = 3 * 4096, 123
	if err := f.Allocate(pages + tail); err != nil {
		t.Fatal(err)
	}
	if got := mustStat(t, name).Size; got != pages+tail {
		t.Fatalf("allocated %d bytes", got)
	}
	b := AlignedBuffer(4 * 4096)
	for i := range b {
		b[i] = byte(i * 7 / 5)
	}
	if _, err := f.WriteAt(b[:pages], 0); err != nil {
		t.Fatal(err)
	}
	if err := f.SetDirect(false); err != nil || f.Direct() {
		t.Fatalf("direct %v, %v", f.Direct(), err)
	}
	if _, err := f.WriteAt(b[pages:pages+tail], pages); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	got, err := OS().ReadFile(name)
	if err != nil || !bytes.Equal(got, b[:pages+tail]) {
		t.Errorf("read back differs (%v)", err)
	}
	for _, a := range []Advice{WillNeed, DontNeed, Sequential} {
		if err := f.Advise(0, 0, a); err != nil {
			t.Error(err)
		}
	}
}

func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	f := mustCreate(t, a, CreateOptions{})
	before := mustStat(t, a).Identity
	if own, err := f.Stat(); err != nil || own.Identity != before {
		t.Errorf("the open file is %+v (%v), by name %+v", own.Identity, err, before)
	}
	if err := OS().Link(a, b); err != nil {
		t.Fatal(err)
	}
	if x, y := mustStat(t, a).Identity, mustStat(t, b).Identity; x != y || x.Ino == 0 || x.MTime != before.MTime {
		t.Errorf("two names of one file: %+v, %+v; before %+v", x, y, before)
	}
	time.Sleep(20 * time.Millisecond) // coarser than the kernel's clock
	if _, err := f.WriteAt([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	f.Close()
	// The same size and mtime as before: the change must still show.
	if err := os.Truncate(a, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(a, time.Time{}, time.Unix(0, before.MTime)); err != nil {
		t.Fatal(err)
	}
	after := mustStat(t, a).Identity
	if after.Size != before.Size || after.MTime != before.MTime || after == before {
		t.Errorf("a change that was covered up: %+v, before %+v", after, before)
	}
}

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"c", "a", "b"} {
		mustCreate(t, filepath.Join(dir, n), CreateOptions{})
	}
	if err := OS().MkdirAll(filepath.Join(dir, "d", "e")); err != nil {
		t.Fatal(err)
	}
	list, err := OS().ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, i := range list {
		names += i.Name
		if i.IsDir != (i.Name == "d") || i.Identity != mustStat(t, filepath.Join(dir, i.Name)).Identity {
			t.Errorf("%+v", i)
		}
	}
	if names != "abcd" {
		t.Errorf("names %q", names)
	}
	if err := OS().SyncDir(dir); err != nil {
		t.Error(err)
	}
	if n, err := OS().Free(dir); err != nil || n <= 0 {
		t.Errorf("free: %d, %v", n, err)
	}
}

func TestRenameReplacesReadOnly(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	mustCreate(t, a, CreateOptions{}).Close()
	mustCreate(t, b, CreateOptions{}).Close()
	if err := OS().Chmod(b, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := OS().Rename(a, b); err != nil {
		t.Fatal(err)
	}
	if _, err := OS().Stat(a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old name is still there: %v", err)
	}
}

func TestClone(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	f := mustCreate(t, a, CreateOptions{})
	if _, err := f.WriteAt([]byte("twin"), 0); err != nil {
		t.Fatal(err)
	}
	err := OS().Clone(a, b)
	if errors.Is(err, ErrUnsupported) {
		if _, err := OS().Stat(b); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a failed clone left a file: %v", err)
		}
		t.Skipf("this file system cannot clone: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OS().ReadFile(b); err != nil || string(got) != "twin" {
		t.Errorf("the clone is %q, %v", got, err)
	}
}

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	take := func(mode LockMode) (func() error, error) { return OS().Lock(name, mode, false) }
	one, err := take(Shared)
	if err != nil {
		t.Fatal(err)
	}
	two, err := take(Shared)
	if err != nil {
		t.Fatalf("a second reader: %v", err)
	}
	if _, err := take(Exclusive); !errors.Is(err, ErrLocked) {
		t.Fatalf("a writer beside readers: %v", err)
	}
	one()
	two()
	w, err := take(Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(Shared); !errors.Is(err, ErrLocked) {
		t.Fatalf("a reader beside a writer: %v", err)
	}
	got := make(chan error)
	go func() {
		u, err := OS().Lock(name, Exclusive, true)
		if err == nil {
			err = u()
		}
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	w()
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

// TestLockRemoved: a lock on a file that lost its name must not count.
func TestLockRemoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	first, err := OS().Lock(name, Exclusive, false)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan func() error)
	go func() {
		u, err := OS().Lock(name, Exclusive, true)
		if err != nil {
			t.Error(err)
		}
		got <- u
	}()
	time.Sleep(30 * time.Millisecond) // the other waits for this very file
	if err := OS().Remove(name); err != nil {
		t.Skipf("files in use cannot be removed here: %v", err)
	}
	first()
	second := <-got
	if _, err := OS().Lock(name, Exclusive, false); !errors.Is(err, ErrLocked) {
		t.Errorf("two hold it: %v", err)
	}
	second()
}

// TestLockOfTheDead starts this test binary as a process that takes a lock and
// kills it.
func TestLockOfTheDead(t *testing.T) {
	if name := os.Getenv("FSX_TEST_LOCK"); name != "" {
		if _, err := OS().Lock(name, Exclusive, false); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("locked\n")
		time.Sleep(time.Minute) // it does not get that far
	}
	name := filepath.Join(t.TempDir(), "lock")
	cmd := exec.Command(os.Args[0], "-test.run=^TestLockOfTheDead$")
	cmd.Env = append(os.Environ(), "FSX_TEST_LOCK="+name)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	n, _ := out.Read(b)
	if !strings.HasPrefix(string(b[:n]), "locked") {
		t.Fatalf("the other process says %q", b[:n])
	}
	if _, err := OS().Lock(name, Exclusive, false); !errors.Is(err, ErrLocked) {
		t.Errorf("two processes hold it: %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	u, err := OS().Lock(name, Exclusive, false)
	if err != nil {
		t.Fatalf("the dead hold it: %v", err)
	}
	u()
}

func TestAlignedBuffer(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 4097, 1 << 20, 2<<20 - 1, 2 << 20, 4<<20 + 5} {
		b := AlignedBuffer(n)
		if len(b) != n {
			t.Fatalf("%d bytes of %d", len(b), n)
		}
		if n > 0 && uintptr(unsafe.Pointer(&b[0]))%4096 != 0 {
			t.Errorf("%d bytes at %p", n, &b[0])
		}
		for i := range b {
			b[i] = 1
		}
		FreeBuffer(b)
	}
}

func TestIsNoSpace(t *testing.T) {
	if IsNoSpace(nil) || IsNoSpace(fs.ErrNotExist) {
		t.Error("it says yes to anything")
	}
}
