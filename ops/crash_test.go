package ops

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cosmo/engine/fsx/faultfs"
)

// setting is a scene to be disturbed, and how it ends when it is not.
type setting struct {
	name  string
	link  string
	apart bool
	edit  bool // everything was applied before an edit
}

var settings = []setting{
	{name: "first"},
	{name: "copied", link: "copy"},
	{name: "two disks", apart: true},
	{name: "edited", edit: true},
	{name: "edited, copied", link: "copy", edit: true},
	{name: "edited, two disks", apart: true, edit: true},
}

// scene is where the apply that is disturbed begins. before is how the one
// before it ended, if there was one.
func (c setting) scene(t *testing.T) (s *scene, before ending) {
	t.Helper()
	s = newScene(t)
	s.link = c.link
	if c.apart {
		s.mount()
	}
	if c.edit {
		before = s.ending(s.mustApply())
		s.write("bar.hcl", []byte(edited))
	}
	return s, before
}

// baseline is what an apply does and leaves when nothing disturbs it.
type baseline struct {
	before, after ending
	calls         []string
}

var baselines = map[setting]*baseline{}

func (c setting) baseline(t *testing.T) *baseline {
	t.Helper()
	if b := baselines[c]; b != nil {
		return b
	}
	s, before := c.scene(t)
	f := faultfs.New(s.disk())
	out, err := s.apply(f)
	if err != nil {
		t.Fatal(err)
	}
	b := &baseline{before, s.ending(out), f.Trace()}
	for name := range before.files {
		if before.files[name] == b.after.files[name] {
			t.Fatalf("the edit does not change %s", name)
		}
	}
	s.redo(b.after)
	baselines[c] = b
	return b
}

// long makes the tests of this file try every call, which takes a quarter of an
// hour: COSMO_LONG=1 go test -timeout 1h -run 'TestKilled|TestPowerCut|Disk$' ./ops
var long = os.Getenv("COSMO_LONG") != ""

// trouble is something that goes wrong at one call.
type trouble struct {
	arm  func(f *faultfs.FS, n int, keep string)
	at   string // the calls that it is about, "" for all
	why  error
	lost bool // release files may be gone afterwards
	// aside: a release may have been set aside, because nobody could tell whose
	// it was.
	aside bool
	// stride is how many of these calls are passed over when time is short.
	stride int
}

// everyCall lets an apply meet trouble at every call of the file system, one
// after the other, until it comes through without meeting it. Whatever is there
// then is right, and the next apply ends as if nothing had been.
func (tr trouble) everyCall(t *testing.T, check func(t *testing.T, s *scene, call string, out *Outcome, err error, after ending)) {
	t.Helper()
	for i, c := range settings {
		t.Run(c.name, func(t *testing.T) {
			b := c.baseline(t)
			calls, concerned, met := b.calls, 0, 0
			for n := 1; ; n++ {
				if n <= len(calls) {
					if !tr.concerns(calls[n-1]) {
						continue
					}
					// A sample that goes a different way in each setting.
					if concerned++; !long && (concerned+7*i)%tr.stride != 0 {
						continue
					}
				}
				s, _ := c.scene(t)
				f := faultfs.New(s.disk())
				tr.arm(f, n, t.TempDir())
				out, err := s.apply(f)
				if f.Calls() < n {
					if err != nil {
						t.Errorf("undisturbed: %v", err)
					}
					break
				}
				met++
				call := f.Trace()[n-1]
				check(t, s, call, out, err, b.after)
				if err != nil && !because(err, tr.why) {
					t.Errorf("the error is %v", err)
				}
				s.sound(tr.lost, b.before, b.after)
				s.aside = tr.aside
				s.redo(b.after)
				if t.Failed() {
					t.Fatalf("at call %d, %s: %v", n, call, err)
				}
			}
			t.Logf("%d of %d calls, of %d in all", met, concerned, len(calls))
			if met == 0 {
				t.Error("it never met the trouble")
			}
		})
	}
}

func (tr trouble) concerns(call string) bool {
	op, _, _ := strings.Cut(call, " ")
	return tr.at == "" || slices.Contains(strings.Fields(tr.at), op)
}

// because reports whether an error says why; diagnostics hold texts only.
func because(err, why error) bool {
	return errors.Is(err, why) || strings.Contains(err.Error(), why.Error())
}

func dies(t *testing.T, _ *scene, _ string, _ *Outcome, err error, _ ending) {
	t.Helper()
	if err == nil {
		t.Error("it is dead and does not say so")
	}
}

// TestKilled: the process is killed.
func TestKilled(t *testing.T) {
	trouble{why: faultfs.ErrKilled, stride: 211, arm: func(f *faultfs.FS, n int, _ string) { f.KillAt(n) }}.everyCall(t, dies)
}

// TestKilledWriting: the process is killed in the middle of a write.
func TestKilledWriting(t *testing.T) {
	trouble{why: faultfs.ErrKilled, at: "write", stride: 15, arm: func(f *faultfs.FS, n int, _ string) { f.KillAt(n).Torn() }}.everyCall(t, dies)
}

// TestPowerCut: the machine dies, and the disk has what was synced and nothing
// else, or all names with what was synced under them.
func TestPowerCut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that are open cannot be taken away there")
	}
	t.Run("data", func(t *testing.T) {
		trouble{why: faultfs.ErrKilled, stride: 211, arm: func(f *faultfs.FS, n int, _ string) { f.KillAt(n).LoseData() }}.everyCall(t, dies)
	})
	t.Run("names", func(t *testing.T) {
		trouble{why: faultfs.ErrKilled, lost: true, stride: 211, arm: func(f *faultfs.FS, n int, keep string) { f.KillAt(n).LoseData().LoseNames(keep) }}.everyCall(t, dies)
	})
}

// TestBadDisk: a call fails, and the disk is fine afterwards. The apply fails
// with that error, or it did not need the call and is complete.
func TestBadDisk(t *testing.T) {
	trouble{why: syscall.EIO, aside: true, stride: 211, arm: func(f *faultfs.FS, n int, _ string) { f.FailAt(n, syscall.EIO) }}.everyCall(t, complains)
}

// TestWornDisk: every n-th call fails, for every n.
func TestWornDisk(t *testing.T) {
	trouble{why: syscall.EIO, aside: true, stride: 211, arm: func(f *faultfs.FS, n int, _ string) { f.FailEvery(n, syscall.EIO) }}.everyCall(t, complains)
}

// TestFullDisk: there is no space for something.
func TestFullDisk(t *testing.T) {
	at := "allocate write create mkdir link clone rename truncate sync syncdir"
	trouble{why: syscall.ENOSPC, at: at, stride: 89, arm: func(f *faultfs.FS, n int, _ string) { f.FailAt(n, syscall.ENOSPC) }}.everyCall(t, complains)
}

func complains(t *testing.T, s *scene, call string, out *Outcome, err error, after ending) {
	t.Helper()
	if err != nil {
		if !strings.Contains(err.Error(), s.dir) {
			t.Errorf("the error does not name a file: %v", err)
		}
		return
	}
	if d := s.ending(out).differs(after); d != "" {
		t.Errorf("no error, and these differ: %s", d)
	}
	// A look at something that might spare work may fail, and making a link or a
	// clone, for which a copy stands in. What is written may not.
	op, _, _ := strings.Cut(call, " ")
	if !slices.Contains([]string{"stat", "fstat", "open", "read", "readfile", "readdir", "link", "clone"}, op) {
		t.Errorf("a failed %s was not reported", op)
	}
}
