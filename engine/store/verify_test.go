package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// flip changes one byte of a file and hides it from size and mtime.
func flip(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	rewrite(t, name, b)
	if err := os.Chtimes(name, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	ctx := context.Background()
	s := open(t, t.TempDir())
	data := bytes.Repeat([]byte("weights "), 1000)
	e := mustMake(t, s, 1, data, []byte("list one"))
	same := *e // a second key of the same object
	same.Key, same.Preimage, same.Address = keyOf(2), preimage(2), "test.again"
	if err := s.Publish(&same, nil); err != nil {
		t.Fatal(err)
	}
	listed := mustMake(t, s, 3, []byte("three"), []byte("list three"))
	lost := mustMake(t, s, 4, []byte("four"), nil)
	touched := mustMake(t, s, 5, []byte("five"), nil)
	var first, done, total int64
	progress := func(d, n int64) {
		if d == 0 {
			first = n
		}
		done, total = d, n
	}
	rep, err := s.Verify(ctx, check, progress, false)
	if err != nil || rep.Objects != 6 || len(rep.Damages)+len(rep.Missing)+rep.Healed+rep.Broken != 0 {
		t.Fatalf("sound: %+v, %v", rep, err)
	}
	if want := e.Size + listed.Size + lost.Size + touched.Size; done != want || total != want || first != want {
		t.Errorf("progress %d of %d, want %d, told before reading: %d", done, total, want, first)
	}
	flip(t, s.Abs(e.Object))
	flip(t, s.Abs(listed.Attach))
	os.Remove(s.Abs(lost.Object))
	touch(t, s.Abs(touched.Object))
	if mustLookup(t, s, 1) == nil || mustLookup(t, s, 5) != nil {
		t.Fatal("the test does not do what it should")
	}
	for _, dry := range []bool{true, false} {
		rep, err := s.Verify(ctx, check, nil, dry)
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Damages) != 2 || rep.Damages[0].Object != listed.Attach || rep.Damages[1].Object != e.Object {
			t.Fatalf("dry %v: damages %+v", dry, rep.Damages)
		}
		for _, d := range rep.Damages {
			if d.SetAside == dry || d.Reason == "" {
				t.Errorf("dry %v: %+v", dry, d)
			}
		}
		if a := rep.Damages[1].Addresses; len(a) != 2 || a[0] != "test.again" || a[1] != "test.t1" {
			t.Errorf("addresses %q", a)
		}
		if len(rep.Missing) != 1 || rep.Missing[0].Object != lost.Object || rep.Healed != 1 {
			t.Errorf("dry %v: %+v", dry, rep)
		}
		if got := len(files(t, s, "corrupt")); got != map[bool]int{true: 0, false: 2}[dry] {
			t.Errorf("dry %v: %d files set aside", dry, got)
		}
	}
	for n, there := range map[int]bool{1: false, 2: false, 3: false, 4: false, 5: true} {
		if (mustLookup(t, s, n) != nil) != there {
			t.Errorf("entry %d is there: %v", n, !there)
		}
	}
	// Its producer runs again, and all is well.
	mustMake(t, s, 1, data, []byte("list one"))
	if got := mustLookup(t, s, 1); got == nil {
		t.Error("not there after it was made again")
	}
}

func TestVerifyStops(t *testing.T) {
	s := open(t, t.TempDir())
	mustMake(t, s, 1, []byte("one"), nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Verify(ctx, check, nil, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestVerifyBrokenOff: an object whose reading was cancelled is not damaged.
func TestVerifyBrokenOff(t *testing.T) {
	s := open(t, t.TempDir())
	mustMake(t, s, 1, []byte("one"), nil)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := func(*Entry, fsx.File) (root, sum digest.Sum, err error) {
		cancel()
		return root, sum, ctx.Err()
	}
	rep, err := s.Verify(ctx, stopped, nil, false)
	if !errors.Is(err, context.Canceled) || len(rep.Damages) > 0 {
		t.Errorf("got %+v, %v", rep, err)
	}
	if mustLookup(t, s, 1) == nil {
		t.Error("a sound object was set aside")
	}
}

// TestVerifyElsewhere: a file outside of the store, where a release was poured
// directly, is replaced by the next one in the ordinary course of things.
func TestVerifyElsewhere(t *testing.T) {
	const old, new, other, longer = "old release", "new release", "other bytes", "a longer release"
	for _, c := range []struct {
		name    string
		entries []string // made in this order, each written over the last
		then    string   // written at last, with another time
		flip    bool     // a bit, with the time as it was
		want    string
	}{
		{"one", []string{old}, "", false, ""},
		{"two of one size", []string{old, new}, "", false, ""},
		{"two of two sizes", []string{old, longer}, "", false, ""},
		{"there and back", []string{old, longer, old}, "", false, "healed 1"},
		{"copied", []string{old}, old, false, "healed 1"},
		{"two, the first again", []string{old, new}, old, false, "healed 1"},
		{"somebody's", []string{old}, other, false, "missing: another file is in its place"},
		{"somebody's, of another size", []string{old}, longer, false, "missing: another file is in its place"},
		{"somebody's, unreadable", []string{old, new}, "bad content", false, "missing: another file is in its place"},
		{"damaged", []string{old, new}, "", true, "damaged: its root"},
	} {
		s := open(t, t.TempDir())
		path := filepath.Join(t.TempDir(), "release")
		at := time.Unix(1_700_000_000, 0)
		write := func(text string) {
			at = at.Add(time.Second)
			if err := errors.Join(os.WriteFile(path, []byte(text), 0o666), os.Chtimes(path, at, at)); err != nil {
				t.Fatal(err)
			}
		}
		for n, text := range c.entries {
			write(text)
			if err := s.Publish(entry(n, path, fsx.Identity{}, []byte(text)), nil); err != nil {
				t.Fatal(err)
			}
		}
		if c.then != "" {
			write(c.then)
		}
		if c.flip {
			flip(t, path)
		}
		sane := func(e *Entry, f fsx.File) (root, sum digest.Sum, err error) {
			if root, sum, err = check(e, f); root == digest.Of([]byte("bad content")) {
				err = errors.New("it is no release")
			}
			return root, sum, err
		}
		rep, err := s.Verify(context.Background(), sane, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, d := range rep.Damages {
			got += "damaged: " + d.Reason
		}
		for _, d := range rep.Missing {
			got += "missing: " + d.Reason
		}
		if rep.Healed > 0 {
			got += fmt.Sprint("healed ", rep.Healed)
		}
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
