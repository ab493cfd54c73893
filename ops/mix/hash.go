package mix

import (
	"fmt"

	"cosmo/engine/digest"
)

// cursor is one hashing of an output, from front to back of its queue: of the
// tensors one by one, or of the file as a whole. The two go on independently,
// so that a single output keeps two processors busy.
type cursor struct {
	sink *sink
	file bool // the whole file
	head int  // first run not yet hashed, counted from the beginning of the walk
	busy bool // some worker is at it
}

// ready reports whether the finished runs at the head, up to the end of their
// block, hold least bytes or complete the block.
func (c *cursor) ready(least int64) bool {
	s := c.sink
	var n int64
	for i := c.head - s.dropped; i < len(s.queue); i++ {
		r := s.queue[i]
		if !r.done || r.block != s.queue[c.head-s.dropped].block {
			break
		}
		if n += r.len; n >= least || r.block.hashed[c.index()]+n == r.block.need {
			return true
		}
	}
	return false
}

func (c *cursor) index() int {
	if c.file {
		return 1
	}
	return 0
}

// take removes the finished runs of the head block from what is to be hashed.
func (c *cursor) take() hashPart {
	s := c.sink
	p := hashPart{cursor: c, block: s.queue[c.head-s.dropped].block}
	for c.head-s.dropped < len(s.queue) {
		r := s.queue[c.head-s.dropped]
		if !r.done || r.block != p.block {
			break
		}
		p.runs = append(p.runs, r)
		c.head++
	}
	s.drop()
	return p
}

// hashPart is what one task hashes with one cursor: runs of one block.
type hashPart struct {
	*cursor
	block *block
	runs  []*run
}

// jobs appends the hashing of a part: adjacent runs of one tensor are one job,
// and so are all runs for the whole file.
func (p *hashPart) jobs(jobs []digest.Job) []digest.Job {
	s := p.sink
	if p.file {
		first, last := p.runs[0], p.runs[len(p.runs)-1]
		return append(jobs, digest.Job{Stream: &s.fileSum, Data: p.block.buf[first.off-p.block.start : last.off+last.len-p.block.start]})
	}
	for i := 0; i < len(p.runs); {
		first := p.runs[i]
		end, j := first.off+first.len, i+1
		for j < len(p.runs) && p.runs[j].tensor == first.tensor && p.runs[j].off == end {
			end += p.runs[j].len
			j++
		}
		if t := first.tensor; t >= 0 {
			if s.tensorSum[t] == nil {
				s.tensorSum[t] = new(digest.Stream)
			}
			at := first.off - p.block.start
			jobs = append(jobs, digest.Job{Stream: s.tensorSum[t], Data: p.block.buf[at : at+end-first.off]})
		}
		i = j
	}
	return jobs
}

// settle books a hashed part. Called locked.
func (p *hashPart) settle() error {
	s := p.sink
	for _, r := range p.runs {
		p.block.hashed[p.index()] += r.len
		if !r.last || p.file {
			continue
		}
		sum := s.tensorSum[r.tensor].Sum()
		s.Sums[r.tensor], s.tensorSum[r.tensor] = sum, nil
		if want := s.Tensors[r.tensor].Want; !want.IsZero() && want != sum {
			input := s.Tensors[r.tensor].Terms[0].Input
			return &InputError{input, fmt.Errorf("read tensor %s of %s: %w", s.Layout.Tensors[r.tensor].Name, s.w.pass.Inputs[input].Name, ErrDamaged)}
		}
	}
	return nil
}

// hashTask is finished bytes of several outputs, hashed together so that many
// streams fill the lanes of a vector register.
type hashTask struct {
	parts []hashPart
	jobs  []digest.Job
}

// mostParts is how many cursors a task serves: the lanes of the widest kernel.
const mostParts = 16

// hashable collects cursors that have at least least bytes ready in their head
// block (or all that block will ever have). Called locked.
func (w *pouring) hashable(least int) *hashTask {
	var t *hashTask
	for _, s := range w.outs {
		for _, c := range []*cursor{&s.tensors, &s.whole} {
			if c.busy || c.sink == nil || !c.ready(int64(least)) {
				continue
			}
			if t == nil {
				t = &hashTask{}
			}
			if t.parts = append(t.parts, hashPart{cursor: c}); len(t.parts) == mostParts {
				return t
			}
		}
	}
	return t
}

// hash runs a task. Called locked; unlocks while hashing.
func (w *pouring) hash(t *hashTask) {
	for i := range t.parts {
		t.parts[i] = t.parts[i].take()
		t.parts[i].busy = true
		t.jobs = t.parts[i].jobs(t.jobs)
	}
	w.mu.Unlock()
	digest.Update(t.jobs)
	w.mu.Lock()
	for i := range t.parts {
		p := &t.parts[i]
		p.busy = false
		if err := p.settle(); err != nil && w.err == nil {
			w.err = err
		}
		w.release(p.block)
	}
	w.wake.Broadcast()
}

// release takes a block's buffer back once it is on disk and hashed. Called
// locked.
func (w *pouring) release(b *block) {
	done := b.hashed[0] == b.need && (b.sink.whole.sink == nil || b.hashed[1] == b.need)
	if b.written && done && b.buf != nil {
		w.free = append(w.free, b.buf)
		b.buf = nil
		delete(b.sink.blocks, b.index)
	}
}
