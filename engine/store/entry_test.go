package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

func sampleEntry(t testing.TB) (*Entry, []byte) {
	t.Helper()
	rel, err := place("objects", digest.Of([]byte("data")), ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	e := entry(7, rel, fsx.Identity{Dev: 1, Ino: 2, Size: 4, MTime: 5, CTime: 6}, []byte("data"))
	e.Info = []byte(`{"tensors":3}`)
	text, err := seal(e)
	if err != nil {
		t.Fatal(err)
	}
	return e, text
}

// TestFlippedEntry: no altered byte and no cut goes unnoticed.
func TestFlippedEntry(t *testing.T) {
	e, text := sampleEntry(t)
	if parseEntry(e.Key, text) == nil {
		t.Fatalf("the sound entry is refused:\n%s", text)
	}
	same := func(b []byte) bool { // one that says the same is no damage
		got := parseEntry(e.Key, b)
		if got == nil {
			return true
		}
		again, err := seal(got)
		return err == nil && bytes.Equal(again, text)
	}
	for i := range text {
		for bit := range 8 {
			b := bytes.Clone(text)
			b[i] ^= 1 << bit
			if !same(b) {
				t.Fatalf("byte %d, bit %d: accepted\n%s", i, bit, b)
			}
		}
		if i < len(text)-1 && !same(text[:i]) {
			t.Fatalf("cut at %d: accepted", i)
		}
	}
}

func TestMalformedEntries(t *testing.T) {
	s := open(t, t.TempDir())
	good := mustMake(t, s, 1, []byte("x"), nil)
	name := s.Abs(indexName(good.Key))
	sound, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, other := sampleEntry(t)
	for what, b := range map[string][]byte{
		"empty": {}, "zeros": make([]byte, 512), "half": sound[:len(sound)/2], "array": []byte("[]"), "null": []byte("null"),
		"of another key": other, "twice": append(bytes.Clone(sound), sound...),
		"deep": bytes.Repeat([]byte(`{"body":`), 20000),
	} {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
		if e := mustLookup(t, s, 1); e != nil {
			t.Errorf("%s: found %+v", what, e)
		}
	}
	// A sparse gigabyte must not be read into memory.
	if err := os.Truncate(name, 1<<30); err != nil {
		t.Fatal(err)
	}
	if e := mustLookup(t, s, 1); e != nil {
		t.Errorf("huge: found %+v", e)
	}
	os.Remove(name)
	if err := os.Mkdir(name, 0o777); err != nil {
		t.Fatal(err)
	}
	if e := mustLookup(t, s, 1); e != nil {
		t.Errorf("a folder: found %+v", e)
	}
	os.Remove(name)
	mustMake(t, s, 1, []byte("x"), nil)
	if e := mustLookup(t, s, 1); e == nil {
		t.Error("not found after it was made again")
	}
}

// FuzzEntry: whatever is in an index file, it is a miss or a fit entry whose
// paths stay in the store.
func FuzzEntry(f *testing.F) {
	e, text := sampleEntry(f)
	f.Add(text)
	f.Add([]byte(`{"sum":"sha256:` + digest.Of([]byte("{}")).Hex() + `","body":{}}`))
	f.Add(text[:len(text)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		// Sealed again, so that the fuzzer gets behind the digest.
		for _, b := range [][]byte{b, []byte(`{"sum":"` + digest.Of(b).String() + `","body":` + string(b) + `}`)} {
			got := parseEntry(e.Key, b)
			if got == nil {
				continue
			}
			if got.Key != e.Key || digest.Of([]byte(got.Preimage)) != e.Key || got.Size < 0 || got.Root.IsZero() {
				t.Errorf("unfit: %+v", got)
			}
			for _, p := range []string{got.Object, got.Attach} {
				if p != "" && !filepath.IsAbs(p) && filepath.Clean("/store/"+p) != "/store/"+p {
					t.Errorf("path %q leaves the store", p)
				}
			}
		}
	})
}
