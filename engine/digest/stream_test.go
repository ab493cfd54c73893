package digest

import (
	"crypto/sha256"
	"hash"
	"os"
	"strings"
	"testing"
)

// each runs f with every implementation and with the automatic choice.
func each(t *testing.T, f func(t *testing.T)) {
	for _, name := range append(Implementations(), auto) {
		t.Run(name, func(t *testing.T) {
			if err := Use(name); err != nil {
				t.Fatal(err)
			}
			defer Use(auto)
			f(t)
		})
	}
}

// fill writes bytes of a linear congruential generator: the same everywhere.
func fill(b []byte, seed uint64) []byte {
	for i := range b {
		seed = seed*6364136223846793005 + 1442695040888963407
		b[i] = byte(seed >> 56)
	}
	return b
}

// vectors are the examples published with FIPS 180-4.
var vectors = []struct{ text, sum string }{
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	{strings.Repeat("a", 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
}

func TestVectors(t *testing.T) {
	each(t, func(t *testing.T) {
		var jobs []Job
		for range 4 { // enough streams for the automatic choice to use lanes
			for _, v := range vectors {
				jobs = append(jobs, Job{new(Stream), []byte(v.text)})
			}
		}
		Update(jobs)
		for i, j := range jobs {
			if got, want := j.Stream.Sum().Hex(), vectors[i%len(vectors)].sum; got != want {
				t.Errorf("%d bytes: got %s, want %s", len(j.Data), got, want)
			}
		}
	})
}

func TestShortLengths(t *testing.T) {
	data := fill(make([]byte, 300), 1)
	each(t, func(t *testing.T) {
		var jobs []Job
		for n := range len(data) + 1 {
			jobs = append(jobs, Job{new(Stream), data[:n]})
		}
		Update(jobs)
		for n, j := range jobs {
			if j.Stream.Sum() != sha256.Sum256(data[:n]) {
				t.Errorf("wrong digest of %d bytes", n)
			}
			if j.Stream.Len() != uint64(n) {
				t.Errorf("length is %d, want %d", j.Stream.Len(), n)
			}
		}
	})
}

func TestStreamBranches(t *testing.T) {
	data := fill(make([]byte, 500), 2)
	var s Stream
	if s.Sum() != Of(nil) {
		t.Error("the zero value is not an empty stream")
	}
	for i := range data {
		s.Write(data[i : i+1])
		for time := range 2 { // Sum leaves the stream as it is
			if s.Sum() != Of(data[:i+1]) {
				t.Fatalf("wrong digest after %d bytes, asked for %d times", i+1, time+1)
			}
		}
	}
	branch := s
	branch.Write(data)
	if s.Sum() != Of(data) || branch.Sum() != Of(append(data, data...)) {
		t.Error("a copy is not independent")
	}
	if s.Reset(); s != (Stream{}) || s.Sum() != Of(nil) {
		t.Error("Reset left something behind")
	}
}

// TestSavedState holds the layout in which crypto/sha256 saves its state,
// which Stream relies on.
func TestSavedState(t *testing.T) {
	d := sha256.New().(digest)
	b, err := d.AppendBinary(nil)
	want := "sha\x03" +
		"\x6a\x09\xe6\x67\xbb\x67\xae\x85\x3c\x6e\xf3\x72\xa5\x4f\xf5\x3a" +
		"\x51\x0e\x52\x7f\x9b\x05\x68\x8c\x1f\x83\xd9\xab\x5b\xe0\xcd\x19" + strings.Repeat("\x00", 64+8)
	if err != nil || string(b) != want {
		t.Fatalf("empty: %q, %v", b, err)
	}
	d.Write(make([]byte, 64))
	d.Write([]byte("pending"))
	b, err = d.AppendBinary(nil)
	if err != nil || len(b) != savedSize {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if tail := "pending" + strings.Repeat("\x00", 57); string(b[savedTail:savedLen]) != tail {
		t.Errorf("tail %q, want %q", b[savedTail:savedLen], tail)
	}
	if length := "\x00\x00\x00\x00\x00\x00\x00\x47"; string(b[savedLen:]) != length {
		t.Errorf("length %q, want %q", b[savedLen:], length)
	}
}

// TestLengthBeyond32Bits starts streams from a made-up state that many bytes
// led to: lengths of 2³² bits, of 2³² bytes and more must survive.
func TestLengthBeyond32Bits(t *testing.T) {
	data := fill(make([]byte, 10_000), 3)
	each(t, func(t *testing.T) {
		var jobs []Job
		var want []hash.Hash
		for i := range 12 {
			s := &Stream{h: iv, length: 1<<(28+i) + 64}
			d := &hasher{digest: sha256.New().(digest)}
			s.save(d)
			d.Write(data)
			jobs, want = append(jobs, Job{s, data}), append(want, d)
		}
		Update(jobs)
		for i, j := range jobs {
			if got := j.Stream.Sum(); string(got[:]) != string(want[i].Sum(nil)) {
				t.Errorf("wrong digest of %d bytes", j.Stream.Len())
			}
		}
	})
}

func TestLong(t *testing.T) {
	if os.Getenv("COSMO_LONG") == "" {
		t.Skip("hashes 12 × 600 MB per implementation; set COSMO_LONG=1")
	}
	chunk := fill(make([]byte, 1_000_000), 4)
	oracle := sha256.New()
	for range 600 {
		oracle.Write(chunk)
	}
	each(t, func(t *testing.T) {
		jobs := make([]Job, 12)
		for i := range jobs {
			jobs[i] = Job{new(Stream), chunk}
		}
		for range 600 {
			Update(jobs)
		}
		for i, j := range jobs {
			if got := j.Stream.Sum(); string(got[:]) != string(oracle.Sum(nil)) {
				t.Errorf("stream %d: wrong digest", i)
			}
		}
	})
}
