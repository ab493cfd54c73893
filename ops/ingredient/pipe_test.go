//go:build unix

package ingredient

import (
	"strings"
	"syscall"
	"testing"
)

// A pipe, which would never end, is not opened.
func TestPipe(t *testing.T) {
	b := open(t)
	if err := syscall.Mkfifo(b.path("p"), 0o666); err != nil {
		t.Skip(err)
	}
	if _, known, err := b.files.Probe(b.store, b.op("p")); known || err == nil || !strings.HasSuffix(err.Error(), "is not an ordinary file") {
		t.Errorf("%v, %v", known, err)
	}
}
