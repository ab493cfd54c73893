package lockfile

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever a lock file holds, reading it ends soon; what it says is written and
// read back the same, and errors lie within the file.
func FuzzLock(f *testing.F) {
	for _, seed := range []string{
		sampleText, "", Header + "\nversion = 1\n", "version = 1\nop mix { version = 1 }\n", "version=1\r\nsource\"a\"{\n}\n", "/**/version = 1 // x\n",
		"version = 1\nop \"\\u00e9$${\" {\n  version = 1e3\n}\n", "version = 0x1\n", "version = 1\n<<<<<<< a\n", "version = 1\noutput \"x\" {\n  key = \"" + hashA + "\"\n  root = \"" + hashB + "\"\n}\n",
		"version = 1\nsource \"x\" {\n  size = 1\n  size = 2\n}\n", "\ufeffversion = 1\n", "version = 1\nop \"e\u0301\" {\n  version = 1\n}\nop \"é\" {\n  version = 1\n}\n", "a {\nb {\n", "version = 1.0\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		lock, diags := Read("r.lock.hcl", src)
		if took := time.Since(start); took > 20*time.Second {
			t.Fatalf("reading %d bytes took %v", len(src), took)
		}
		if (lock == nil) != diags.HasErrors() {
			t.Fatalf("lock %v, %v", lock, diags)
		}
		for _, d := range diags {
			at := d.Subject
			if at == nil || d.Summary == "" || d.Detail == "" || at.Filename != "r.lock.hcl" {
				t.Fatalf("%v", d)
			}
			if at.Start.Byte < 0 || at.End.Byte < at.Start.Byte || at.End.Byte > len(src) || at.Start.Line != 1+bytes.Count(src[:at.Start.Byte], []byte("\n")) {
				t.Fatalf("%v lies outside of a file of %d bytes", at, len(src))
			}
		}
		if lock == nil {
			return
		}
		written := lock.Bytes()
		again, diags := Read("r.lock.hcl", written)
		if diags.HasErrors() {
			t.Fatalf("%v in\n%s", diags, written)
		}
		if diff := cmp.Diff(lock, again); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if twice := again.Bytes(); !bytes.Equal(written, twice) {
			t.Fatalf("%s\nand then\n%s", written, twice)
		}
		for _, line := range strings.Split(string(written), "\n") {
			if strings.Count(line, " = ") > 1 && !strings.Contains(line, `"`) {
				t.Fatalf("two values in a line: %s", line)
			}
		}
	})
}
