package digest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
)

// failing gives half of what is asked for, and an error.
type failing struct{ err error }

func (f failing) ReadAt(p []byte, _ int64) (int, error) { return len(p) / 2, f.err }

func TestOfReader(t *testing.T) {
	data := fill(make([]byte, 3<<20+77), 9)
	for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, len(data)} {
		got, err := OfReader(bytes.NewReader(data), int64(size))
		if err != nil || got != Sum(sha256.Sum256(data[:size])) {
			t.Errorf("%d bytes: %v, %v", size, got, err)
		}
	}
	if _, err := OfReader(bytes.NewReader(data), int64(len(data))+1); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that is too short: %v", err)
	}
	broken := errors.New("the disk is broken")
	if _, err := OfReader(failing{broken}, 100); !errors.Is(err, broken) {
		t.Errorf("a read that gives something and fails: %v", err)
	}
}
