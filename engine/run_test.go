package engine

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/store"
)

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, x := range strings.Split(list, ",") {
		m[x] = true
	}
	return m
}

// TestOrder: what is run together, and in which order.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		ops  []Op
		want string
	}{
		{"files side by side", []Op{goal(file("a", "a")), goal(file("b", "b"))}, "file a b"},
		{"all that is ready", []Op{file("a", "a"), goal(made("make", "v", "v", 0)), goal(made("make", "w", "w", 0))}, "file a, make v w"},
		{"inputs first", []Op{made("make", "v", "v"), made("make", "w", "w", 0), goal(made("make", "x", "x", 1))}, "make v, make w, make x"},
		// A fused kind waits for all its ops: one pass serves them.
		{"fused", []Op{file("a", "a"), goal(made("mix", "v", "v", 0)), made("make", "s", "s"), goal(made("mix", "w", "w", 2))}, "file a, make s, mix v w"},
		{"not fused", []Op{file("a", "a"), goal(made("make", "v", "v", 0)), made("mix", "s", "s"), goal(made("make", "w", "w", 2))}, "file a, make v, mix s, make w"},
		// But only while there is something else to do.
		{"fused in line", []Op{goal(made("mix", "v", "v")), goal(made("mix", "w", "w", 0))}, "mix v, mix w"},
		{"fused and crossed", []Op{goal(made("mix", "v", "v")), goal(made("also", "x", "x")), goal(made("mix", "w", "w", 1)), goal(made("also", "y", "y", 0))}, "also x, mix v w, also y"},
		// Reading comes first, whatever the kinds are called.
		{"reading", []Op{goal(made("also", "v", "v")), goal(file("a", "a"))}, "file a, also v"},
		{"nothing that nobody needs", []Op{file("a", "a"), made("make", "v", "v", 0), goal(made("make", "w", "w"))}, "make w"},
	} {
		w := newWorld(t)
		w.mustRun(c.ops...)
		if got := w.ran(); got != c.want {
			t.Errorf("%s: ran %q, want %q", c.name, got, c.want)
		}
		if slices.ContainsFunc(w.threads, func(n int) bool { return n != 3 }) {
			t.Errorf("%s: threads %v", c.name, w.threads)
		}
		w.mustRun(c.ops...)
		if got := w.ran(); got != "" {
			t.Errorf("%s: the second time ran %q", c.name, got)
		}
	}
}

// TestResults: a node's result is what the store has under both its keys.
func TestResults(t *testing.T) {
	w := newWorld(t)
	p := w.mustRun(file("a", "a"), goal(made("make", "v", "v", 0)))
	n := p.Nodes[1]
	x := thing{"v", "!"}
	if r := n.Result; r.Root != x.root() || r.SHA256 != x.file() || r.Size != x.size() || !r.Made {
		t.Errorf("got %+v", r)
	}
	if b, err := os.ReadFile(n.Result.Path); err != nil || string(b) != "v!" {
		t.Errorf("its file holds %q, %v", b, err)
	}
	for _, key := range []struct{ want, pre string }{{n.Key.Hex(), n.Preimage}, {n.ContentKey.Hex(), n.ContentPre}} {
		if hexOf(key.pre) != key.want {
			t.Errorf("key %s is not that of %q", key.want, key.pre)
		}
	}
	again := w.plan(file("a", "a"), goal(made("make", "v", "v", 0))).Nodes[1]
	if again.Result == nil || again.Result.Made || again.Result.Path != n.Result.Path {
		t.Errorf("the next plan has %+v", again.Result)
	}
	if want := []string{"done a", "done v"}; !slices.Equal(w.events, want) {
		t.Errorf("events %q, want %q", w.events, want)
	}
}

// TestEarlyCutOff: an input that was made again and came out equal changes
// nothing downstream.
func TestEarlyCutOff(t *testing.T) {
	w := newWorld(t)
	w.mustRun(made("make", "v", "v"), made("make", "w", "w", 0), goal(made("make", "x", "x", 1)))
	w.ran()
	edited := made("make", "v", "v")
	edited.Params = "of v, said in another way\n"
	p := w.mustRun(edited, made("make", "w", "w", 0), goal(made("make", "x", "x", 1)))
	w.wantRan("make v")
	if got := states(p); got != "ppP" {
		t.Errorf("got %s", got)
	}
	w.mustRun(edited, made("make", "w", "w", 0), goal(made("make", "x", "x", 1)))
	w.wantRan("")
	// One that came out different changes all of it.
	other := made("make", "v", "other v")
	w.mustRun(other, made("make", "w", "w with other v", 0), goal(made("make", "x", "x with other v", 1)))
	w.wantRan("make v, make w, make x")
}

// TestCutOffSparesInputs: as soon as an op turns out to be there, what only it
// needed is not made any more.
func TestCutOffSparesInputs(t *testing.T) {
	w := newWorld(t)
	ops := []Op{file("a", "a"), made("make", "s", "s"), goal(made("mix", "v", "v", 0, 1))}
	p := w.mustRun(ops...)
	w.ran()
	lose(t, w, p.Nodes[1])
	w.shelf.known = map[string]bool{}
	p = w.plan(ops...)
	if got := states(p); got != "UM?" {
		t.Fatalf("the plan is %s", got)
	}
	if err := p.Run(context.Background(), w.options()); err != nil {
		t.Fatal(err)
	}
	w.wantRan("file a")
}

// TestTwins: equal ops are made once, whatever they are called.
func TestTwins(t *testing.T) {
	w := newWorld(t)
	p := w.mustRun(goal(made("make", "v", "x")), goal(made("make", "w", "x")), goal(made("make", "y", "y")))
	w.wantRan("make v y")
	if got := states(p); got != "PPP" || p.Nodes[0].Result.Path != p.Nodes[1].Result.Path || p.Nodes[1].Result.Made {
		t.Errorf("got %s, %+v", got, p.Nodes[1].Result)
	}
	// One twin's pin is not the other's.
	w = newWorld(t)
	_, err := w.run(goal(made("make", "v", "x")), pinned(goal(made("make", "w", "x")), Pin{Root: thing{"z", ""}.root()}))
	var pin *PinError
	if got := failures(err); !slices.Equal(got, []string{"w at recipe:101,3"}) || !errors.As(err, &pin) {
		t.Errorf("got %q: %v", got, err)
	}
	w.wantRan("make v")
	// They fail together, and it is told once.
	w = newWorld(t)
	w.hook = func(context.Context, *Job) error { return errors.New("no more gin") }
	_, err = w.run(goal(made("make", "v", "x")), goal(made("make", "w", "x")))
	if got := failures(err); !slices.Equal(got, []string{"v at recipe:101,3"}) {
		t.Errorf("got %q", got)
	}
	if want := []string{"failed v", "skipped w"}; !slices.Equal(w.events, want) {
		t.Errorf("events %q, want %q", w.events, want)
	}
}

// broken lets the makers of some addresses fail.
func (w *world) broken(addresses string, err error) {
	w.hook = func(_ context.Context, j *Job) error {
		if set(addresses)[j.Op.Address] {
			return err
		}
		return nil
	}
}

var errGin = errors.New("no more gin")

// TestFailures: what happens to the rest.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name      string
		ops       []Op
		broken    string
		gone      string
		keepGoing bool
		ran       string
		failed    []string
		events    []string
	}{
		{
			name: "it stops", broken: "v", ops: []Op{goal(made("make", "v", "v")), goal(made("mix", "w", "w"))},
			ran: "make v", failed: []string{"v at recipe:101,3"}, events: []string{"failed v"},
		},
		{
			name: "it goes on", broken: "v", keepGoing: true, ops: []Op{goal(made("make", "v", "v")), goal(made("mix", "w", "w"))},
			ran: "make v, mix w", failed: []string{"v at recipe:101,3"}, events: []string{"failed v", "done w"},
		},
		{
			name: "dependents are skipped", broken: "v", keepGoing: true,
			ops: []Op{made("make", "v", "v"), made("make", "s", "s"), goal(made("make", "w", "w", 0, 1)), goal(made("make", "x", "x", 2)), goal(made("make", "long", "y", 1))},
			ran: "make v s, make long", failed: []string{"v at recipe:101,3"}, events: []string{"failed v", "done s", "skipped w", "skipped x", "done long"},
		},
		{
			name: "the rest of a batch is done", broken: "v,ww", ops: []Op{goal(made("make", "v", "v")), goal(made("make", "ww", "w")), goal(made("make", "x", "x"))},
			ran: "make v ww x", failed: []string{"v at recipe:101,3", "ww at recipe:102,3"}, events: []string{"failed v", "failed ww", "done x"},
		},
		{
			name: "a file that is not there", gone: "a", ops: []Op{file("a", "a"), goal(made("make", "w", "w", 0)), goal(made("make", "x", "x"))},
			failed: []string{"a at recipe:1,0"}, events: []string{"failed a"},
		},
		{
			name: "a file that is not there, going on", gone: "a", keepGoing: true, ops: []Op{file("a", "a"), goal(made("make", "w", "w", 0)), goal(made("make", "x", "x"))},
			ran: "make x", failed: []string{"a at recipe:1,0"}, events: []string{"failed a", "skipped w", "done x"},
		},
		{
			name: "a file that nobody needs", gone: "a", ops: []Op{file("a", "a"), made("make", "w", "w", 0), goal(made("make", "x", "x"))},
			ran: "make x", events: []string{"done x"},
		},
	} {
		w := newWorld(t)
		w.broken(c.broken, errGin)
		w.shelf.gone = set(c.gone)
		p := w.plan(c.ops...)
		opt := w.options()
		opt.KeepGoing = c.keepGoing
		err := p.Run(context.Background(), opt)
		if got := failures(err); !slices.Equal(got, c.failed) {
			t.Errorf("%s: failed %q, want %q", c.name, got, c.failed)
		}
		if c.broken != "" && !errors.Is(err, errGin) {
			t.Errorf("%s: the error is %v", c.name, err)
		}
		if got := w.ran(); got != c.ran {
			t.Errorf("%s: ran %q, want %q", c.name, got, c.ran)
		}
		if !slices.Equal(w.events, c.events) {
			t.Errorf("%s: events %q, want %q", c.name, w.events, c.events)
		}
		// What failed is tried again, what was done is not.
		w.hook, w.shelf.gone = nil, nil
		if err := w.plan(c.ops...).Run(context.Background(), Options{}); err != nil {
			t.Errorf("%s: the second time: %v", c.name, err)
		}
		for _, e := range c.events {
			typ, address, _ := strings.Cut(e, " ")
			if again := slices.Contains(strings.Fields(strings.ReplaceAll(w.ran(), ",", "")), address); typ == "done" && again {
				t.Errorf("%s: %s is made a second time", c.name, address)
			}
		}
	}
}

// TestBrokenImpls: what an Impl says of a batch as a whole is not lost, nor is
// its silence.
func TestBrokenImpls(t *testing.T) {
	two := []Op{goal(made("make", "v", "v")), goal(made("make", "w", "w"))}
	w := newWorld(t)
	w.broken("v", errSilent)
	p, err := w.run(two...)
	if err == nil || err.Error() != "v: internal: no result and no error" || states(p) != "M!P" {
		t.Errorf("nothing at all: %v, %s", err, states(p))
	}
	w = newWorld(t)
	w.broken("v", errSilent)
	w.after = func([]*Job) error { return errGin }
	p, err = w.run(two...)
	if err == nil || err.Error() != "v: no more gin" || states(p) != "M!P" {
		t.Errorf("one without a result: %v, %s", err, states(p))
	}
	w = newWorld(t)
	w.after = func([]*Job) error { return errGin }
	p, err = w.run(two...)
	if got := failures(err); !slices.Equal(got, []string{"no more gin"}) || states(p) != "PP" {
		t.Errorf("all with results: %v, %s", err, states(p))
	}
}

// TestPinnedResults: what comes out different from its pin is not used.
func TestPinnedResults(t *testing.T) {
	wrong := Pin{Root: thing{"elsewhere", ""}.root()}
	w := newWorld(t)
	_, err := w.run(pinned(made("make", "v", "v"), wrong), goal(made("make", "w", "w", 0)))
	var pin *PinError
	if got := failures(err); !slices.Equal(got, []string{"v at recipe:101,3"}) || !errors.As(err, &pin) || pin.What != "root" {
		t.Errorf("made: %v", err)
	}
	w.wantRan("make v")
	// It is there now, and is refused without being made again.
	p, err := w.run(pinned(made("make", "v", "v"), wrong), goal(made("make", "w", "w", 0)))
	if got := failures(err); !slices.Equal(got, []string{"v at recipe:101,3"}) {
		t.Errorf("there: %v", err)
	}
	w.wantRan("")
	if got := states(p); got != "P!M" {
		t.Errorf("there: %s", got)
	}
	// A file is read and then refused.
	f := pinned(file("a", "a"), Pin{SHA256: thing{"elsewhere", ""}.file()})
	_, err = w.run(f, goal(made("make", "w", "w", 0)))
	if got := failures(err); !slices.Equal(got, []string{"a at recipe:1,0"}) {
		t.Errorf("a file: %v", err)
	}
	w.wantRan("file a")
}

// TestDifferentBytes: an op that is made again and gives other bits raises an
// alarm that points at its line.
func TestDifferentBytes(t *testing.T) {
	w := newWorld(t)
	p := w.mustRun(goal(made("make", "v", "v")))
	lose(t, w, p.Nodes[0])
	fickle := goal(made("make", "v", "v"))
	fickle.Data = thing{"something else", "!"}
	_, err := w.run(fickle, goal(made("make", "w", "w")))
	var alarm *store.DifferentBytes
	if got := failures(err); !slices.Equal(got, []string{"v at recipe:101,3"}) || !errors.As(err, &alarm) {
		t.Fatalf("got %v", err)
	}
	if alarm.Key != p.Nodes[0].Key || alarm.Have != (thing{"v", ""}).root() || alarm.Got != (thing{"something else", ""}).root() {
		t.Errorf("the alarm is %+v", alarm)
	}
	if list, err := w.st.Alarms(); err != nil || len(list) != 1 {
		t.Errorf("alarms %+v, %v", list, err)
	}
}

// lose removes a result's object.
func lose(t *testing.T, w *world, n *Node) {
	t.Helper()
	e, err := w.st.Lookup(n.Key)
	if err == nil {
		err = os.Remove(w.st.Abs(e.Object))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestCancel: what was finished is there, what was not is made next time, and
// a run that was over by then is no failure.
func TestCancel(t *testing.T) {
	ops := []Op{goal(made("make", "v", "v")), goal(made("make", "w", "w")), goal(made("mix", "x", "x"))}
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.hook = func(_ context.Context, j *Job) error {
		if j.Op.Address == "v" {
			cancel()
		}
		return nil
	}
	p := w.plan(ops...)
	if err := p.Run(ctx, w.options()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.wantRan("make v w")
	if got := states(p); got != "PM!M" {
		t.Errorf("after it: %s", got)
	}
	w.mustRun(ops...)
	w.wantRan("make w, mix x")

	// Between two batches.
	w = newWorld(t)
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	w.after = func([]*Job) error { cancel(); return nil }
	p = w.plan(ops...)
	if err := p.Run(ctx, Options{KeepGoing: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	w.wantRan("make v w")

	// At the very end.
	w = newWorld(t)
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	w.after = func([]*Job) error { cancel(); return nil }
	if err := w.plan(ops[2]).Run(ctx, Options{}); err != nil {
		t.Errorf("got %v", err)
	}

	// Before it began.
	if err := newWorld(t).plan(ops...).Run(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := w.plan(ops[2]).Run(ctx, Options{}); err != nil {
		t.Errorf("with nothing to do: %v", err)
	}
}
