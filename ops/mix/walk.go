package mix

import (
	"slices"

	"cosmo/ops/mix/kernel"
)

// lane walks some of the steps, one after the other.
type lane struct {
	step, end int   // next step, and the one to stop at
	elem      int64 // next element of the step
}

// unit is a range of one step, with the place of its result in every output.
type unit struct {
	step     *step
	from, to int64    // elements
	runs     [][]*run // per use
}

// inOrder finds which outputs are filled front to back by the walk: those can
// be hashed as a whole meanwhile.
func (w *pouring) inOrder() []bool {
	next, ok := make([]int, len(w.pass.Outputs)), make([]bool, len(w.pass.Outputs))
	for i := range ok {
		ok[i] = true
	}
	for _, s := range w.steps {
		for _, u := range s.uses {
			if u.tensor != next[u.out] {
				ok[u.out] = false
			}
			next[u.out]++
		}
	}
	return ok
}

// split divides the walk into lanes, so that as many tensors are being filled at
// a time as the vector kernels hash together. Ten outputs are ten tensors; of a
// single one, eight pieces of the file are. A file that is hashed as a whole is
// filled front to back.
func (w *pouring) split() []lane {
	lanes, total := 1, int64(0)
	if !slices.ContainsFunc(w.pass.Outputs, func(o *Output) bool { return o.FileSum }) {
		lanes = max(1, fewCursors/max(1, len(w.pass.Outputs)))
	}
	for i := range w.steps {
		total += w.steps[i].elems
	}
	all := []lane{{}}
	done := int64(0)
	for i := range w.steps {
		if here := len(all); here < lanes && done >= total*int64(here)/int64(lanes) {
			all[here-1].end = i
			all = append(all, lane{step: i})
		}
		done += w.steps[i].elems
	}
	all[len(all)-1].end = len(w.steps)
	return all
}

// walked reports whether every lane is at its end. Called locked.
func (w *pouring) walked() bool {
	return !slices.ContainsFunc(w.lanes, func(l lane) bool { return l.step < l.end })
}

// nextUnit takes the next range of the walk and reserves its place in every
// output; nil when the walk is over or no buffer is free. Lanes take turns.
// Called locked.
func (w *pouring) nextUnit() *unit {
	for range w.lanes {
		l := &w.lanes[w.turn]
		w.turn = (w.turn + 1) % len(w.lanes)
		if l.step == l.end {
			continue
		}
		if u := w.unitOf(l); u != nil {
			return u
		}
	}
	return nil
}

func (w *pouring) unitOf(l *lane) *unit {
	s := &w.steps[l.step]
	to := min(l.elem+int64(w.ChunkElems), s.elems)
	if !w.reserve(s, l.elem, to) {
		return nil
	}
	if s.batch == nil {
		s.batch = w.batch(s)
	}
	u := &unit{step: s, from: l.elem, to: to, runs: make([][]*run, len(s.uses))}
	for i, use := range s.uses {
		u.runs[i] = w.outs[use.out].place(use.tensor, l.elem, to)
	}
	if l.elem = to; to == s.elems {
		l.step, l.elem = l.step+1, 0
	}
	return u
}

// batch joins the mixes of a step.
func (w *pouring) batch(s *step) *kernel.Batch {
	mixes, reads := make([]*kernel.Mix, len(s.uses)), make([][]int, len(s.uses))
	for i, use := range s.uses {
		mixes[i], reads[i] = w.outs[use.out].Tensors[use.tensor].Mix, use.srcs
	}
	return kernel.NewBatch(mixes, reads)
}

// reserve makes sure that the blocks a unit touches can be had. When every
// buffer is held by a half-filled block and nothing is under way that could
// free one, the pool grows: it must never deadlock. Called locked.
func (w *pouring) reserve(s *step, from, to int64) bool {
	need := 0
	for _, u := range s.uses {
		need += w.outs[u.out].newBlocks(u.tensor, from, to)
	}
	if need <= w.room() {
		return true
	}
	return w.inFlight == 0 && w.writing == 0 && w.toHash(true) == nil && !w.anyBusy()
}

func (w *pouring) anyBusy() bool {
	return slices.ContainsFunc(w.cursors, func(c *cursor) bool { return c.busy })
}
