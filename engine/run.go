package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	opt  Options
	errs []error
	// failed and done are by node index.
	failed, done map[int]bool
}

// Run makes what the plan says is missing. It returns all failures joined;
// what was finished by then is published and stays.
func (p *Plan) Run(ctx context.Context, opt Options) error {
	if opt.Emit == nil {
		opt.Emit = func(Event) {}
	}
	r := &runner{Plan: p, opt: opt, failed: map[int]bool{}, done: map[int]bool{}}
	for _, n := range p.Nodes {
		if n.Err != nil && n.Needed {
			r.fail(n, n.Err)
		}
	}
	if len(r.errs) > 0 && !opt.KeepGoing {
		return errors.Join(r.errs...)
	}
	for ctx.Err() == nil {
		batch := r.next()
		if len(batch) == 0 {
			break
		}
		if err := r.runBatch(ctx, batch); err != nil {
			return errors.Join(append(r.errs, err)...)
		}
		if len(r.errs) > 0 && !opt.KeepGoing {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		r.errs = append(r.errs, err)
	}
	return errors.Join(r.errs...)
}

func (r *runner) fail(n *Node, err error) {
	r.failed[n.Index] = true
	typ := EventFailed
	if errors.Is(err, ErrSkipped) {
		typ = EventSkipped
	} else {
		r.errs = append(r.errs, &OpError{n.Op, err})
	}
	r.opt.Emit(Event{Type: typ, Address: n.Op.Address, Err: err})
}

// next picks the ops to run together: all ready ones of one kind. A fused kind
// waits until no op upstream of any of its members is still to be done, so
// that one pass serves them all.
func (r *runner) next() []*Node {
	for i, n := range r.Nodes {
		if !n.Needed || n.State == Present || r.failed[i] || r.done[i] {
			continue
		}
		for _, e := range n.Op.Inputs {
			if r.failed[e.From] {
				r.fail(n, ErrSkipped)
				break
			}
		}
	}
	byKind := map[string][]*Node{}
	blocked := map[string]bool{}
	var kinds []string
	for i, n := range r.Nodes {
		if !n.Needed || n.State == Present || r.failed[i] || r.done[i] {
			continue
		}
		ready := true
		for _, e := range n.Op.Inputs {
			if in := r.Nodes[e.From]; in.State != Present {
				ready = false
			}
		}
		if !ready {
			blocked[n.Op.Kind] = true
			continue
		}
		if byKind[n.Op.Kind] == nil {
			kinds = append(kinds, n.Op.Kind)
		}
		byKind[n.Op.Kind] = append(byKind[n.Op.Kind], n)
	}
	// Kinds nobody waits for come last; a fused kind with members still
	// blocked runs only when there is nothing else.
	slices.Sort(kinds)
	for _, k := range kinds {
		if f, ok := r.impls[k].(Fused); ok && f.Fused() && blocked[k] && len(kinds) > 1 {
			continue
		}
		return byKind[k]
	}
	return nil
}

// runBatch takes the keys that are free, makes those, and then waits for the
// ones that other processes are making: nobody waits while holding a key, so
// two fused passes cannot deadlock.
func (r *runner) runBatch(ctx context.Context, batch []*Node) error {
	byKey := map[digest.Sum][]*Node{}
	var keys []digest.Sum
	var unkeyed []*Node
	for _, n := range batch {
		if !n.keyed {
			unkeyed = append(unkeyed, n)
			continue
		}
		if byKey[n.Key] == nil {
			keys = append(keys, n.Key)
		}
		byKey[n.Key] = append(byKey[n.Key], n)
	}
	got, busy, unlock, err := r.st.LockKeys(keys)
	if err != nil {
		return fmt.Errorf("lock keys: %w", err)
	}
	todo := unkeyed
	for _, k := range got {
		todo = append(todo, byKey[k]...)
	}
	slices.SortFunc(todo, func(a, b *Node) int { return a.Index - b.Index })
	err = r.make(ctx, todo)
	unlock()
	if err != nil {
		return err
	}
	for _, k := range busy {
		n := byKey[k][0]
		r.opt.Emit(Event{Type: EventNote, Address: n.Op.Address, Message: "another process is making this: waiting for it"})
		unlock, err := r.st.WaitKey(ctx, k)
		if err != nil {
			return err
		}
		err = r.make(ctx, byKey[k])
		unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// make runs the nodes that are still missing now that their keys are held.
func (r *runner) make(ctx context.Context, nodes []*Node) error {
	var jobs []*Job
	var todo []*Node
	first := map[digest.Sum]*Node{}
	for _, n := range nodes {
		if n.keyed && n.State == Missing {
			// Somebody may have finished it between the plan and the lock.
			if err := r.lookup(n); err != nil {
				return err
			}
			if n.State == Present {
				r.finish(n)
				continue
			}
			if twin := first[n.Key]; twin != nil {
				continue // equal ops are made once; resolved from the store below
			}
			first[n.Key] = n
		}
		j := &Job{Op: n.Op, Key: n.Key, Preimage: n.Preimage, ContentKey: n.ContentKey, ContentPre: n.ContentPre}
		for _, e := range n.Op.Inputs {
			j.Inputs = append(j.Inputs, r.Nodes[e.From].Result)
		}
		jobs, todo = append(jobs, j), append(todo, n)
	}
	if len(jobs) > 0 {
		env := &Env{Store: r.st, Threads: r.opt.Threads, Emit: r.opt.Emit}
		if err := r.impls[todo[0].Op.Kind].Run(ctx, env, jobs); err != nil {
			for _, j := range jobs {
				if j.Result == nil && j.Err == nil {
					j.Err = err
				}
			}
		}
	}
	for i, j := range jobs {
		n := todo[i]
		switch {
		case j.Err != nil:
			r.fail(n, j.Err)
		case j.Result == nil:
			r.fail(n, errors.New("internal: no result and no error"))
		default:
			n.State, n.Result = Present, j.Result
			if !n.keyed { // a file that was read for the first time
				n.Key, n.keyed = FileKey(j.Result.SHA256), true
			}
			if err := CheckPin(n.Op, n.Key, n.Result); err != nil {
				n.Err = err // it is there, and nobody is to make use of it
				r.fail(n, err)
				continue
			}
			r.finish(n)
		}
	}
	for _, n := range nodes { // twins of what was just made
		if n.State == Missing && !r.failed[n.Index] {
			if err := r.lookup(n); err != nil {
				return err
			}
			if n.State != Present {
				r.fail(n, ErrSkipped)
				continue
			}
			r.finish(n)
		}
	}
	return nil
}

// finish notes that a node is there and looks its dependents up again: now
// that more keys are known, some of them may turn out to be there already.
func (r *runner) finish(n *Node) {
	r.done[n.Index] = true
	r.opt.Emit(Event{Type: EventDone, Address: n.Op.Address, Result: n.Result})
	for _, d := range r.Nodes[n.Index+1:] {
		for _, e := range d.Op.Inputs {
			if e.From == n.Index && d.State != Present && d.Needed {
				if err := r.resolve(d); err != nil {
					r.fail(d, err)
				} else if d.Err != nil {
					r.fail(d, d.Err)
				} else if d.State == Present {
					r.finish(d)
				}
				break
			}
		}
	}
}
