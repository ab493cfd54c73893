package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cosmo/engine/digest"
)

// Options steer a run. None of them can change a result.
type Options struct {
	Threads   int
	KeepGoing bool // go on with what does not depend on a failure
	Emit      Sink
}

// OpError is a failure of one op; its Range points into the recipe.
type OpError struct {
	Op  *Op
	Err error
}

func (e *OpError) Error() string { return fmt.Sprintf("%s: %v", e.Op.Address, e.Err) }
func (e *OpError) Unwrap() error { return e.Err }

// ErrSkipped marks an op that was not tried because an input of it failed.
var ErrSkipped = errors.New("skipped: something it needs failed")

// runner is the one goroutine that owns the graph during a run; the Impls'
// batches are the workers.
type runner struct {
	*Plan
	opt    Options
	errs   []error
	failed map[int]bool // by node index
}

// Run makes what the plan says is missing. It returns all failures joined;
// what was finished by then is published and stays.
func (p *Plan) Run(ctx context.Context, opt Options) error {
	if opt.Emit == nil {
		opt.Emit = func(Event) {}
	}
	r := &runner{Plan: p, opt: opt, failed: map[int]bool{}}
	for _, n := range p.Nodes {
		if n.Err != nil && n.Needed {
			r.settle(n)
		}
	}
	for r.goesOn() {
		batch := r.next()
		if len(batch) == 0 {
			break
		}
		err := ctx.Err()
		if err == nil {
			err = r.runBatch(ctx, batch)
		}
		if err != nil {
			r.errs = append(r.errs, err)
			break
		}
	}
	return errors.Join(r.errs...)
}

func (r *runner) goesOn() bool { return len(r.errs) == 0 || r.opt.KeepGoing }

// next picks the ops to run together: all ready ones of one kind. Files are
// read first, since that may show that other things need not be made. A fused
// kind of which some ops are not ready yet waits while there is anything else
// to do, so that one pass serves them all.
func (r *runner) next() []*Node {
	r.mark()
	byKind := map[string][]*Node{}
	waiting := map[string]bool{}
	for _, n := range r.Nodes {
		if !n.Needed || n.State == Present || r.failed[n.Index] {
			continue
		}
		ready := true
		for _, e := range n.Op.Inputs {
			if r.failed[e.From] {
				n.Err = ErrSkipped
			}
			ready = ready && r.Nodes[e.From].State == Present
		}
		switch kind := n.Op.Kind; {
		case n.Err != nil:
			r.settle(n)
		case ready:
			byKind[kind] = append(byKind[kind], n)
		default:
			waiting[kind] = true
		}
	}
	if len(byKind) == 0 {
		return nil
	}
	rank := func(batch []*Node) int {
		op := batch[0].Op
		if batch[0].State == Unread {
			return 0
		}
		if f, ok := r.impls[op.Kind].(Fused); ok && f.Fused() && waiting[op.Kind] {
			return 2
		}
		return 1
	}
	return slices.MinFunc(slices.Collect(maps.Values(byKind)), func(a, b []*Node) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a[0].Op.Kind, b[0].Op.Kind))
	})
}

// runBatch makes the ops whose keys are free, and then those that other
// processes were making: nobody waits while holding a key, so two fused passes
// cannot deadlock.
func (r *runner) runBatch(ctx context.Context, batch []*Node) error {
	byKey := map[digest.Sum][]*Node{}
	var keys []digest.Sum
	var todo []*Node
	for _, n := range batch {
		if n.Key.IsZero() { // a file that nobody has read yet
			todo = append(todo, n)
			continue
		}
		if byKey[n.Key] == nil {
			keys = append(keys, n.Key)
		}
		byKey[n.Key] = append(byKey[n.Key], n)
	}
	for len(todo)+len(keys) > 0 && r.goesOn() && ctx.Err() == nil {
		got, busy, unlock, err := r.st.LockKeys(keys)
		if err == nil && len(got)+len(todo) == 0 {
			got, busy, unlock, err = r.wait(ctx, byKey, busy)
		}
		if err != nil {
			return err
		}
		for _, k := range got {
			todo = append(todo, byKey[k]...)
		}
		slices.SortFunc(todo, func(a, b *Node) int { return a.Index - b.Index })
		err = r.make(ctx, todo)
		unlock()
		if err != nil {
			return err
		}
		todo, keys = nil, busy
	}
	return nil
}

// wait waits for the first of keys that others hold, and takes with it those
// that are free by then.
func (r *runner) wait(ctx context.Context, byKey map[digest.Sum][]*Node, keys []digest.Sum) (got, busy []digest.Sum, unlock func(), err error) {
	r.opt.Emit(Event{Type: EventNote, Address: byKey[keys[0]][0].Op.Address, Message: "another process is making this: waiting for it"})
	unlockFirst, err := r.st.WaitKey(ctx, keys[0])
	if err != nil {
		return nil, nil, nil, err
	}
	got, busy, unlockRest, err := r.st.LockKeys(keys[1:])
	if err != nil {
		unlockFirst()
		return nil, nil, nil, err
	}
	return append(got, keys[0]), busy, func() { unlockRest(); unlockFirst() }, nil
}

// make makes the nodes that are still missing now that their keys are held.
func (r *runner) make(ctx context.Context, nodes []*Node) error {
	var jobs []*Job
	var todo, twins []*Node
	first := map[digest.Sum]bool{}
	for _, n := range nodes {
		// Somebody may have finished it between the plan and the lock.
		if err := r.resolve(n); err != nil {
			return err
		}
		switch {
		case n.State == Present || n.Err != nil:
			r.settle(n)
			continue
		case n.State == Missing && first[n.Key]:
			twins = append(twins, n)
			continue
		}
		first[n.Key] = true
		j := &Job{Op: n.Op, Key: n.Key, Preimage: n.Preimage, ContentKey: n.ContentKey, ContentPre: n.ContentPre}
		for _, e := range n.Op.Inputs {
			j.Inputs = append(j.Inputs, r.Nodes[e.From].Result)
		}
		jobs, todo = append(jobs, j), append(todo, n)
	}
	if len(jobs) > 0 {
		r.runJobs(ctx, jobs)
	}
	for i, n := range todo {
		n.take(jobs[i])
		r.settle(n)
	}
	for _, n := range twins { // equal ops are made once
		if err := r.lookup(n); err != nil {
			return err
		}
		if n.State != Present {
			n.Err = ErrSkipped
		}
		r.settle(n)
	}
	return nil
}

// runJobs has a batch made. An error that concerns no single job is that of
// the jobs without a result, or the run's.
func (r *runner) runJobs(ctx context.Context, jobs []*Job) {
	env := &Env{Store: r.st, Threads: r.opt.Threads, Emit: r.opt.Emit}
	err := r.impls[jobs[0].Op.Kind].Run(ctx, env, jobs)
	told := err == nil
	for _, j := range jobs {
		if j.Result != nil || j.Err != nil {
			continue
		}
		if j.Err = err; err == nil {
			j.Err = errors.New("internal: no result and no error")
		}
		told = true
	}
	if !told {
		r.errs = append(r.errs, err)
	}
}

// take takes in what a job gave.
func (n *Node) take(j *Job) {
	if n.Err = j.Err; n.Err != nil {
		return
	}
	n.State, n.Result = Present, j.Result
	if n.Key.IsZero() { // a file that was read for the first time
		n.Key = FileKey(j.Result.SHA256)
	}
	n.Err = CheckPin(n.Op, n.Key, n.Result) // if it fails, it is there, and nobody is to make use of it
}

// settle notes that a node is there or cannot be had. If it is there, it looks
// its dependents up again: now that more keys are known, some of them may turn
// out to be there already.
func (r *runner) settle(n *Node) {
	if n.Err != nil {
		r.failed[n.Index] = true
		typ := EventFailed
		if errors.Is(n.Err, ErrSkipped) {
			typ = EventSkipped
		} else {
			r.errs = append(r.errs, &OpError{n.Op, n.Err})
		}
		r.opt.Emit(Event{Type: typ, Address: n.Op.Address, Err: n.Err})
		return
	}
	r.opt.Emit(Event{Type: EventDone, Address: n.Op.Address, Result: n.Result})
	for _, d := range r.Nodes[n.Index+1:] {
		uses := slices.ContainsFunc(d.Op.Inputs, func(e Edge) bool { return e.From == n.Index })
		if !uses || !d.Needed || d.State == Present || r.failed[d.Index] {
			continue
		}
		if err := r.resolve(d); err != nil {
			d.Err = err
		}
		if d.State == Present || d.Err != nil {
			r.settle(d)
		}
	}
}
