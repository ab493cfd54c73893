package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/fsx/faultfs"
)

// party is a store with something of each kind in it:
// 1 held by a lock's key, 2 by its root, 3 by the last run, 4 by an older run,
// 5 by a lock file that was deleted, 6 by nobody; objects of 100 bytes and more.
func party(t testing.TB) (s *Store, recipe string) {
	t.Helper()
	s = open(t, filepath.Join(t.TempDir(), "store"))
	dir := t.TempDir()
	data := func(n int) []byte { return []byte(strings.Repeat(fmt.Sprint(n), 100)) }
	for n := 1; n <= 6; n++ {
		e := mustMake(t, s, n, data(n), []byte(fmt.Sprint("list ", n)))
		at := time.Unix(1_700_000_000+int64(n), 0) // 6 is the newest
		if err := os.Chtimes(s.Abs(e.Object), at, at); err != nil {
			t.Fatal(err)
		}
		e.Identity = fsx.Identity{}
		if err := s.Publish(e, nil); err != nil {
			t.Fatal(err)
		}
	}
	recipe = filepath.Join(dir, "recipe.lock")
	gone := filepath.Join(dir, "gone.lock")
	os.WriteFile(recipe, nil, 0o666)
	for _, err := range []error{
		s.RegisterLock(recipe, []digest.Sum{digest.Of(data(2))}, []digest.Sum{keyOf(1)}),
		s.RegisterLock(gone, nil, []digest.Sum{keyOf(5)}),
		s.RegisterLock(filepath.Join(dir, "unmounted", "x.lock"), nil, []digest.Sum{keyOf(99)}),
		s.RecordRun(Run{ID: "2026-02", Keys: []digest.Sum{keyOf(3)}}),
		s.RecordRun(Run{ID: "2026-01", Keys: []digest.Sum{keyOf(4)}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, recipe
}

func found(t testing.TB, s *Store) string {
	t.Helper()
	var out string
	for n := 1; n <= 6; n++ {
		if mustLookup(t, s, n) != nil {
			out += fmt.Sprint(n)
		}
	}
	return out
}

func TestGC(t *testing.T) {
	for _, c := range []struct {
		opt   GCOptions
		found string
		freed int64
	}{
		{GCOptions{}, "12", 400},
		{GCOptions{KeepRuns: 1}, "123", 300},
		{GCOptions{KeepRuns: 9}, "1234", 200},
		{GCOptions{KeepBytes: 399}, "126", 300}, // the newest of the rest
		{GCOptions{KeepBytes: 400}, "1256", 200},
		{GCOptions{KeepBytes: 1 << 40}, "123456", 0},
	} {
		t.Run(fmt.Sprintf("%+v", c.opt), func(t *testing.T) {
			s, _ := party(t)
			before := files(t, s, ".")
			dry := c.opt
			dry.DryRun = true
			planned, err := s.GC(dry)
			if err != nil {
				t.Fatal(err)
			}
			if after := files(t, s, "."); !slices.Equal(before, after) {
				t.Errorf("a dry run changed something")
			}
			did, err := s.GC(c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if got := found(t, s); got != c.found {
				t.Errorf("%s stay, want %s", got, c.found)
			}
			var objects int64
			for _, r := range did.Removed {
				if _, err := os.Lstat(s.Abs(r.Path)); err == nil {
					t.Errorf("%+v is still there", r)
				}
				if r.Kind == "object" {
					objects += r.Size
				}
			}
			if objects != c.freed || did.Kept != 600-c.freed {
				t.Errorf("freed %d and kept %d bytes of objects", objects, did.Kept)
			}
			var rest []Removed // temporaries' locks come and go
			for _, r := range did.Removed {
				if r.Kind != "temporary" {
					rest = append(rest, r)
				}
			}
			if !slices.Equal(rest, planned.Removed) {
				t.Errorf("planned %+v\ndid %+v", planned.Removed, rest)
			}
			n := len(c.found)
			if got := len(content(files(t, s, "objects", "blobs", "index"))); got != 3*n {
				t.Errorf("%d files for %d entries", got, n)
			}
			again, err := s.GC(c.opt)
			if err != nil || len(again.Removed) != 0 {
				t.Errorf("a second time: %+v, %v", again, err)
			}
		})
	}
}

func TestGCRest(t *testing.T) {
	s, _ := party(t)
	e := mustLookup(t, s, 1)
	// What a dead process left, a lock, something set aside.
	for _, name := range []string{"tmp/3", "tmp/3.lock", "locks/" + keyOf(1).Hex(), "corrupt/x", "index/44/junk.json", "objects/00/junk"} {
		os.MkdirAll(filepath.Dir(s.Abs(name)), 0o777)
		os.WriteFile(s.Abs(name), []byte("junk"), 0o666)
	}
	// Digests of a file that is there, of one that changed, of one on a disk
	// that is not mounted, and of one that was deleted.
	dir := t.TempDir()
	here := filepath.Join(dir, "here")
	os.WriteFile(here, []byte("x"), 0o666)
	info, err := fsx.OS().Stat(here)
	if err != nil {
		t.Fatal(err)
	}
	changed := info.Identity
	changed.MTime--
	other := info.Identity
	other.Ino++
	lost := info.Identity
	lost.Size++
	for path, id := range map[string]fsx.Identity{
		here: info.Identity, here + "/": changed, filepath.Join(dir, "disk", "there"): other, filepath.Join(dir, "deleted"): lost,
	} {
		if _, err := s.Remember(id, FileDigest{Path: strings.TrimSuffix(path, "/")}, []byte("list of "+path), longAfter(id)); err != nil {
			t.Fatal(err)
		}
	}
	// A held object that was merely touched stays for Verify to look at.
	touch(t, s.Abs(e.Object))
	rep, err := s.GC(GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range rep.Removed {
		count[r.Kind]++
	}
	want := map[string]int{"entry": 4 + 1, "object": 4 + 1, "blob": 4 + 2, "temporary": 1, "lock": 1, "corrupt": 1, "memory": 2, "registration": 1}
	for kind, n := range want {
		if count[kind] != n {
			t.Errorf("%d of kind %s were removed, want %d", count[kind], kind, n)
		}
	}
	if got := files(t, s, "tmp", "locks", "corrupt"); len(got) > 0 {
		t.Errorf("left %q", got)
	}
	if d, attach, err := s.Recall(info.Identity); d == nil || attach == "" || err != nil {
		t.Errorf("the digest of a file that is there: %v, %v", d, err)
	}
	if d, _, _ := s.Recall(other); d == nil {
		t.Error("the digest of a file on another disk is gone")
	}
	if _, err := os.Stat(s.Abs(e.Object)); err != nil {
		t.Errorf("the touched object: %v", err)
	}
}

// TestGCKilled: whenever GC dies, what is held stays and nothing dangles.
func TestGCKilled(t *testing.T) {
	s, _ := party(t)
	f := faultfs.New(fsx.OS())
	dir := s.Dir()
	s.Close()
	s = openFS(t, f, dir)
	from := f.Calls()
	if _, err := s.GC(GCOptions{}); err != nil {
		t.Fatal(err)
	}
	calls := f.Calls() - from
	t.Logf("%d calls", calls)
	for i := 1; i <= calls; i += 3 {
		s, _ := party(t)
		dir := s.Dir()
		s.Close()
		f := faultfs.New(fsx.OS()).KillAt(from + i)
		s = openFS(t, f, dir)
		if _, err := s.GC(GCOptions{}); !errors.Is(err, faultfs.ErrKilled) {
			t.Fatalf("killed at %d: %v", i, err)
		}
		s.Close()
		s = open(t, dir)
		if got := found(t, s); !strings.HasPrefix(got, "12") {
			t.Fatalf("killed at %d: only %s are there", i, got)
		}
		for n := 3; n <= 6; n++ {
			// A removed entry may leave its object, never the other way.
			if e, err := s.load(keyOf(n)); err != nil || (e != nil && mustLookup(t, s, n) == nil) {
				t.Fatalf("killed at %d: entry %d dangles (%v)", i, n, err)
			}
		}
		if _, err := s.GC(GCOptions{}); err != nil || found(t, s) != "12" {
			t.Fatalf("killed at %d, the next gc: %v, %s", i, err, found(t, s))
		}
		s.Close()
	}
}

func TestList(t *testing.T) {
	s, recipe := party(t)
	os.Remove(s.Abs(mustLookup(t, s, 6).Object))
	list, err := s.List(1)
	if err != nil {
		t.Fatal(err)
	}
	byAddress := map[string]ListItem{}
	for i, l := range list {
		byAddress[l.Address] = l
		if i > 0 && compareSums(list[i-1].Key, l.Key) >= 0 {
			t.Error("not sorted by key")
		}
	}
	for address, want := range map[string]string{
		"test.t1": "sound " + recipe, "test.t2": "sound " + recipe, "test.t3": "sound run 2026-02",
		"test.t4": "sound ", "test.t5": "sound ", "test.t6": "gone ",
	} {
		l := byAddress[address]
		if got := l.State + " " + strings.Join(l.KeptBy, ","); got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
	n := 0
	if err := s.Each(func(e *Entry) error { n++; return nil }); err != nil || n != 5 {
		t.Errorf("%d sound entries, %v", n, err)
	}
	stop := errors.New("enough")
	if err := s.Each(func(*Entry) error { return stop }); err != stop {
		t.Errorf("got %v", err)
	}
	if err := s.RecordRun(Run{ID: "../x"}); err == nil {
		t.Error("a run may write outside")
	}
}

// TestGCForgetsOldRuns: the records of the last runs stay.
func TestGCForgetsOldRuns(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store"))
	for i := range runRecords + 3 {
		if err := s.RecordRun(Run{ID: fmt.Sprintf("2026-%03d", i), Keys: []digest.Sum{keyOf(1)}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		opt                  GCOptions
		removed, left, first int
	}{{GCOptions{DryRun: true}, 3, runRecords + 3, 0}, {GCOptions{KeepRuns: runRecords + 2}, 1, runRecords + 2, 1}, {GCOptions{}, 2, runRecords, 3}, {GCOptions{}, 0, runRecords, 3}} {
		rep, err := s.GC(c.opt)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, r := range rep.Removed {
			if r.Kind == "run" {
				n++
			}
		}
		runs, err := s.Runs()
		if err != nil || n != c.removed || len(runs) != c.left || runs[0].ID != fmt.Sprintf("2026-%03d", c.first) {
			t.Errorf("%+v: removed %d, left %d from %s (%v)", c.opt, n, len(runs), runs[0].ID, err)
		}
	}
}
