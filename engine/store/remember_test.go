package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// longAfter is a time when a file with this identity is no longer young.
func longAfter(id fsx.Identity) time.Time {
	return time.Unix(0, max(id.MTime, id.CTime)).Add(time.Minute)
}

func TestRemember(t *testing.T) {
	s := open(t, t.TempDir())
	d := FileDigest{SHA256: digest.Of([]byte("a")), Root: digest.Of([]byte("b")), Size: 9, Path: "/models/a"}
	id := fsx.Identity{Dev: 1, Ino: 2, Size: 9, MTime: 1e18, CTime: 1e18 + 5e9}
	if got, _, err := s.Recall(id); got != nil || err != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	path, err := s.Remember(id, d, []byte("list"), longAfter(id))
	if err != nil {
		t.Fatal(err)
	}
	got, attach, err := s.Recall(id)
	if err != nil || got == nil || *got != d || attach != path {
		t.Fatalf("%+v, %q, %v", got, attach, err)
	}
	if b, err := os.ReadFile(attach); string(b) != "list" {
		t.Errorf("list %q, %v", b, err)
	}
	// Without a list, the one that is known of the same bytes stays.
	if path, err := s.Remember(id, d, nil, longAfter(id)); err != nil || path != attach {
		t.Errorf("%q, %v", path, err)
	}
	for _, change := range []func(*fsx.Identity){
		func(id *fsx.Identity) { id.Dev++ }, func(id *fsx.Identity) { id.Ino++ }, func(id *fsx.Identity) { id.Size++ },
		func(id *fsx.Identity) { id.MTime++ }, func(id *fsx.Identity) { id.CTime++ },
	} {
		other := id
		change(&other)
		if got, _, err := s.Recall(other); got != nil || err != nil || s.Made(other) {
			t.Errorf("%+v is taken for %+v", other, id)
		}
	}
	os.Remove(attach)
	if got, _, err := s.Recall(id); got != nil || err != nil {
		t.Errorf("recalled without its list: %+v, %v", got, err)
	}
	// Without a file number anything could be this file.
	anon := id
	anon.Ino = 0
	if _, err := s.Remember(anon, d, nil, longAfter(id)); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := s.Recall(anon); got != nil {
		t.Error("a file without number was remembered")
	}
}

// TestMade: what was made here stays so, though it is read as an ingredient
// later, until its bytes change; somebody's own file never is.
func TestMade(t *testing.T) {
	s := open(t, t.TempDir())
	id := fsx.Identity{Dev: 1, Ino: 2, Size: 9, MTime: 1e18, CTime: 1e18}
	for i, c := range []struct {
		bytes      string
		made, want bool
	}{{"a", false, false}, {"a", true, true}, {"a", false, true}, {"b", false, false}} {
		d := FileDigest{SHA256: digest.Of([]byte(c.bytes)), Size: 9, Made: c.made}
		if _, err := s.Remember(id, d, nil, time.Unix(0, id.CTime)); err != nil { // too young to be recalled
			t.Fatal(err)
		}
		if s.Made(id) != c.want {
			t.Errorf("step %d: made is %v", i, !c.want)
		}
	}
}

// TestYoung: see the racy index of version control systems.
func TestYoung(t *testing.T) {
	const second = int64(time.Second)
	at := int64(1_700_000_000) * second
	for _, c := range []struct {
		name         string
		mtime, ctime int64
		young        bool
	}{
		{"old", at - 60*second, at - 60*second, false},
		{"written just now", at, at, true},
		{"a second ago", at - second, at - second, true},
		{"just long enough ago", at - 2*second, at - 2*second, false},
		{"copied just now with its old time", at - 60*second, at, true},
		{"no ctime, old", at - 60*second, 0, false},
		{"no ctime, new", at - second, 0, true},
		{"clock ahead", at + 60*second, at + 60*second, true},
		{"mtime set ahead long ago", at + 60*second, at - 60*second, false},
	} {
		s := open(t, t.TempDir())
		id := fsx.Identity{Dev: 1, Ino: 2, MTime: c.mtime, CTime: c.ctime}
		if _, err := s.Remember(id, FileDigest{}, nil, time.Unix(0, at)); err != nil {
			t.Fatal(err)
		}
		d, _, err := s.Recall(id)
		if err != nil || (d == nil) != c.young {
			t.Errorf("%s: recalled %v, %v", c.name, d != nil, err)
		}
		if s.Made(id) {
			t.Errorf("%s: somebody's file is called ours", c.name)
		}
		// Read again later, it is trusted.
		s.Remember(id, FileDigest{}, nil, time.Unix(0, at+3600*second))
		if d, _, _ := s.Recall(id); d == nil {
			t.Errorf("%s: not recalled later", c.name)
		}
	}
}

// TestRacyFile writes one size twice without letting the clock tick.
func TestRacyFile(t *testing.T) {
	s := open(t, t.TempDir())
	name := filepath.Join(t.TempDir(), "model")
	stat := func() fsx.Identity {
		info, err := fsx.OS().Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Identity
	}
	for i := range 50 {
		old := digest.Of([]byte{byte(i)})
		os.WriteFile(name, []byte{byte(i)}, 0o666)
		now := time.Now()
		id := stat()
		if _, err := s.Remember(id, FileDigest{SHA256: old}, nil, now); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(name, []byte{byte(i + 1)}, 0o666)
		if d, _, _ := s.Recall(stat()); d != nil {
			t.Fatal("the digest of older bytes was recalled")
		}
	}
}
