package engine

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"cosmo/engine/fsx/faultfs"
	"cosmo/engine/store"
)

var errDisk = errors.New("bad disk")

// round is a table in which everything happens: a file, a fused batch, twins,
// and a remade input that comes out equal.
func round(remade bool) []Op {
	s := made("make", "s", "s")
	if remade {
		s.Params = "of s, said in another way\n"
	}
	return []Op{
		pinnedFile("a", "a"), s, goal(made("mix", "v", "v", 0, 1)), goal(made("mix", "w", "w", 1)), goal(made("mix", "x", "w", 1)),
	}
}

// TestFailingStore lets every call of the store fail once. It is told, or it
// was not needed; and the next run has all that was published, and makes the
// rest.
func TestFailingStore(t *testing.T) {
	for n := 1; ; n++ {
		dir := filepath.Join(t.TempDir(), "store")
		worldIn(t, dir).mustRun(round(false)...)
		f := faultfs.New(quick).FailAt(n, errDisk)
		err := func() error {
			st, err := store.Open(f, dir)
			if err != nil {
				return err
			}
			defer st.Close()
			w := worldOf(t, st)
			p, err := NewPlan(&Graph{Ops: round(true)}, st, w.impls())
			if err != nil {
				return err
			}
			err = p.Run(context.Background(), w.options())
			if got := states(p); err == nil && !strings.HasSuffix(got, "PPP") {
				t.Errorf("call %d fails, no error, and %s", n, got)
			}
			return err
		}()
		if f.Calls() < n {
			break
		}
		what := f.Trace()[n-1]
		if err != nil && !errors.Is(err, errDisk) {
			t.Errorf("call %d, %s, fails: another error: %v", n, what, err)
		}
		// Without a word fail only: looking for what the dead left, comparing with an
		// equal object (ours then takes its place), and dropping a temporary.
		op, path, _ := strings.Cut(what, " ")
		rel, _ := filepath.Rel(dir, path)
		quiet := op == "readdir" || op == "read" && strings.HasPrefix(rel, "objects") || op == "remove" && strings.HasPrefix(rel, "tmp")
		if err == nil && !quiet {
			t.Errorf("call %d, %s, fails, and nobody is told", n, what)
		}
		w := worldIn(t, dir)
		if p := w.mustRun(round(true)...); !strings.HasSuffix(states(p), "PPP") {
			t.Errorf("call %d, %s, fails: afterwards %s", n, what, states(p))
		}
		if got := w.ran(); got != "" && got != "file a" && got != "make s" && got != "file a, make s" {
			t.Errorf("call %d, %s, fails: afterwards ran %q", n, what, got)
		}
		if list, err := w.st.Alarms(); err != nil || len(list) > 0 {
			t.Errorf("call %d, %s, fails: alarms %v, %v", n, what, list, err)
		}
	}
}
