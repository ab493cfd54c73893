package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

// TestMain lets the test binary be one of the processes of TestProcesses.
func TestMain(m *testing.M) {
	if dir := os.Getenv("ENGINE_TEST_STORE"); dir != "" {
		if err := process(dir, os.Getenv("ENGINE_TEST_LOG"), os.Getenv("ENGINE_TEST_HANG")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// pair runs two tables side by side in one store: the second begins when the
// first is making something, and the first goes on when the second waits for
// it.
func pair(t *testing.T, first, second []Op, firstMakes func(j *Job) error) (a, b *world, p *Plan, errA, errB error) {
	t.Helper()
	a = newWorld(t)
	b = a.another()
	making, waiting := make(chan bool), make(chan bool)
	var began bool
	a.hook = func(_ context.Context, j *Job) error {
		if !began {
			began = true
			close(making)
			<-waiting
		}
		return firstMakes(j)
	}
	planA, planB := a.plan(first...), b.plan(second...)
	done := make(chan error)
	go func() { done <- planA.Run(context.Background(), a.options()) }()
	<-making
	opt := b.options()
	emit, told := opt.Emit, false
	opt.Emit = func(e Event) {
		emit(e)
		if e.Type == EventNote && !told {
			told = true
			close(waiting)
		}
	}
	errB = planB.Run(context.Background(), opt)
	return a, b, planB, <-done, errB
}

func fine(*Job) error { return nil }

// TestTogether: what one makes the other does not make; it makes what is free
// meanwhile, and what the first could not make.
func TestTogether(t *testing.T) {
	vw := []Op{goal(made("mix", "v", "v")), goal(made("mix", "w", "w"))}
	wx := []Op{goal(made("mix", "w", "w")), goal(made("mix", "x", "x"))}
	for _, c := range []struct {
		name          string
		first, second []Op
		makes         func(j *Job) error
		ranA, ranB    string
		failedA       int
	}{
		{name: "the same", first: vw, second: vw, makes: fine, ranA: "mix v w", ranB: ""},
		{name: "overlapping", first: vw, second: wx, makes: fine, ranA: "mix v w", ranB: "mix x"},
		// What the first gave up is made in one batch, not one by one.
		{name: "given up", first: vw, second: vw, makes: func(*Job) error { return errGin }, ranA: "mix v w", ranB: "mix v w", failedA: 2},
		{
			name: "half given up", first: vw, second: vw, ranA: "mix v w", ranB: "mix w", failedA: 1,
			makes: func(j *Job) error {
				if j.Op.Address == "w" {
					return errGin
				}
				return nil
			},
		},
		{name: "reading a locked file", first: []Op{goal(pinnedFile("a", "a"))}, second: []Op{goal(pinnedFile("a", "a"))}, makes: fine, ranA: "file a"},
	} {
		a, b, p, errA, errB := pair(t, c.first, c.second, c.makes)
		if got := failures(errA); len(got) != c.failedA {
			t.Errorf("%s: the first failed: %q", c.name, got)
		}
		if errB != nil || states(p) != strings.Repeat("P", len(c.second)) {
			t.Errorf("%s: the second: %v, %s", c.name, errB, states(p))
		}
		if gotA, gotB := a.ran(), b.ran(); gotA != c.ranA || gotB != c.ranB {
			t.Errorf("%s: ran %q and %q, want %q and %q", c.name, gotA, gotB, c.ranA, c.ranB)
		}
		notes := slices.DeleteFunc(slices.Clone(b.events), func(e string) bool { return !strings.HasPrefix(e, "note") })
		if len(notes) != 1 {
			t.Errorf("%s: notes %q", c.name, notes)
		}
	}
}

// TestTogetherPinned: what another process made is held against the pin too.
func TestTogetherPinned(t *testing.T) {
	wrong := Pin{Root: thing{"elsewhere", ""}.root()}
	_, b, _, errA, errB := pair(t, []Op{goal(made("make", "v", "v"))}, []Op{pinned(goal(made("make", "v", "v")), wrong)}, fine)
	var pin *PinError
	if got := failures(errB); errA != nil || !slices.Equal(got, []string{"v at recipe:101,3"}) || !errors.As(errB, &pin) {
		t.Errorf("got %v and %v", errA, errB)
	}
	if want := []string{"note v", "failed v"}; !slices.Equal(b.events, want) {
		t.Errorf("events %q, want %q", b.events, want)
	}
}

// TestCancelWaiting: who waits for another can be stopped.
func TestCancelWaiting(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	ops := []Op{goal(made("make", "v", "v"))}
	p := w.plan(ops...)
	_, _, unlock, err := other.st.LockKeys(keysIn(p))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opt := Options{Emit: func(e Event) {
		if e.Type == EventNote {
			cancel()
		}
	}}
	if err := p.Run(ctx, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	unlock()
	w.wantRan("")
	w.mustRun(ops...)
	w.wantRan("make v")
}

// many are ops that several processes make at once.
func many() []Op {
	var ops []Op
	for i := range 6 {
		ops = append(ops, made("mix", fmt.Sprint("v", i), fmt.Sprint("v", i)))
	}
	for i := range 6 {
		ops = append(ops, goal(made("make", fmt.Sprint("w", i), fmt.Sprint("w", i), i, (i+1)%6)))
	}
	return ops
}

// process makes many, and writes a line into a log for each that it makes. It
// hangs before it makes the one called hang.
func process(dir, log, hang string) error {
	st, err := store.Open(quick, dir)
	if err != nil {
		return err
	}
	defer st.Close()
	w := &world{st: st, shelf: &shelf{}}
	w.hook = func(_ context.Context, j *Job) error {
		if j.Op.Address == hang {
			fmt.Println("hanging")
			time.Sleep(time.Minute) // it does not get that far
		}
		f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(f, j.Op.Address)
		return errors.Join(err, f.Close())
	}
	p, err := NewPlan(&Graph{Ops: many()}, st, w.impls())
	if err != nil {
		return err
	}
	return p.Run(context.Background(), Options{})
}

func start(t *testing.T, dir, log, hang string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ENGINE_TEST_STORE="+dir, "ENGINE_TEST_LOG="+log, "ENGINE_TEST_HANG="+hang)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// TestProcesses: several processes make many ops, one of which is killed in the
// middle. Each op is made once, but for what the killed one had not finished.
func TestProcesses(t *testing.T) {
	for _, kill := range []bool{false, true} {
		dir := t.TempDir()
		store, log := filepath.Join(dir, "store"), filepath.Join(dir, "log")
		if kill {
			cmd, out := start(t, store, log, "w3")
			if line, err := out.ReadString('\n'); line != "hanging\n" {
				t.Fatalf("it says %q, %v", line, err)
			}
			defer func() {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}()
			// The others come as far as they can, and wait for this one.
			time.AfterFunc(50*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		var cmds []*exec.Cmd
		var outs []*bufio.Reader
		for range 3 {
			c, o := start(t, store, log, "")
			cmds, outs = append(cmds, c), append(outs, o)
		}
		for i, c := range cmds {
			text, _ := io.ReadAll(outs[i])
			if err := c.Wait(); err != nil {
				t.Errorf("process %d: %v: %s", i, err, text)
			}
		}
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Fields(string(b))
		slices.Sort(got)
		want := []string{"v0", "v1", "v2", "v3", "v4", "v5", "w0", "w1", "w2", "w3", "w4", "w5"}
		if !slices.Equal(got, want) {
			t.Errorf("killed %v: made %q", kill, got)
		}
		w := worldIn(t, store)
		if got := states(w.plan(many()...)); got != "ppppppPPPPPP" {
			t.Errorf("killed %v: in the end there are %s", kill, got)
		}
	}
}

func keysIn(p *Plan) []digest.Sum {
	var keys []digest.Sum
	for _, n := range p.Nodes {
		keys = append(keys, n.Key)
	}
	return keys
}
