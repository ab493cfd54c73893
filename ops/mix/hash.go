package mix

import (
	"fmt"
	"runtime"

	"cosmo/engine/digest"
)

// cursor is one hashing, from front to back: of a tensor of an output, or of an
// output's file as a whole. Cursors go on independently of each other, so many
// of them fill the lanes of a vector register, and a single output keeps all
// processors busy.
type cursor struct {
	sink   *sink
	tensor int // -1: the whole file
	stream digest.Stream
	queue  []*run // adjacent ranges of the file, in order
	head   int    // first run not yet hashed
	busy   bool   // some worker is at it
}

// add queues a run. Called locked.
func (c *cursor) add(r *run) {
	if c.head > 1024 { // keep the queue short
		c.queue = append(c.queue[:0], c.queue[c.head:]...)
		c.head = 0
	}
	c.queue = append(c.queue, r)
	r.block.unhashed++
}

// ready counts the bytes of the finished runs at the head, up to the end of
// their block or of the tensor, and whether they get no more there.
func (c *cursor) ready() (n int64, full bool) {
	for _, r := range c.queue[c.head:] {
		if !r.done || r.block != c.queue[c.head].block {
			break
		}
		n += r.len
		full = r.off+r.len == r.block.start+r.block.need || r.last && c.tensor >= 0
	}
	return n, full
}

// piece is what one task hashes with one cursor: adjacent runs of one block.
type piece struct {
	*cursor
	block *block
	runs  int
	last  bool // the cursor ends here
}

// take removes the finished runs of the head block from what is to be hashed,
// or so many of them that they hold some bytes.
func (c *cursor) take(most int64) (p piece, job digest.Job) {
	first := c.queue[c.head]
	p = piece{cursor: c, block: first.block}
	end := first.off
	for _, r := range c.queue[c.head:] {
		if !r.done || r.block != p.block || end-first.off >= most {
			break
		}
		p.runs++
		end = r.off + r.len
		p.last = r.last
	}
	c.head += p.runs
	return p, digest.Job{Stream: &c.stream, Data: p.block.buf[first.off-p.block.start : end-p.block.start]}
}

// settle books a hashed piece. Called locked.
func (p *piece) settle() error {
	p.block.unhashed -= p.runs
	s := p.sink
	if p.tensor < 0 || !p.last {
		return nil
	}
	return s.settleTensor(p.tensor, p.stream.Sum())
}

// settleTensor notes a tensor's digest, and holds it against what is known.
func (s *sink) settleTensor(tensor int, sum digest.Sum) error {
	s.Sums[tensor] = sum
	t := &s.Tensors[tensor]
	if t.Want.IsZero() || t.Want == sum {
		return nil
	}
	input := t.Terms[0].Input
	return &InputError{input, fmt.Errorf("read tensor %s of %s: %w", s.Layout.Tensors[tensor].Name, s.w.pass.Inputs[input].Name, ErrDamaged)}
}

// A task hashes this many cursors at least, if as many are ready, and at most:
// the lanes of the vector kernels.
const (
	fewCursors  = 8
	mostCursors = 16
)

// toHash picks the cursors that a worker should hash next, nil if it had better
// mix. A whole file is hashed without delay, for nothing can make up for a delay
// there; tensors wait until they fill lanes, unless pressed. Called locked.
func (w *pouring) toHash(pressed bool) []*cursor {
	least := int64(w.BlockBytes / 2)
	if pressed {
		least = 1
	}
	var ready []*cursor
	for _, c := range w.cursors {
		if c.busy {
			continue
		}
		if n, full := c.ready(); n >= least || full {
			pressed = pressed || c.tensor < 0
			ready = append(ready, c)
		}
	}
	if len(ready) == 0 || len(ready) < fewCursors && !pressed {
		return nil
	}
	share := (len(ready) + w.Threads - 1) / w.Threads
	return ready[:min(len(ready), max(share, fewCursors), mostCursors)]
}

// hash advances cursors together. Called locked; unlocks while hashing.
func (w *pouring) hash(cursors []*cursor) {
	pieces := make([]piece, len(cursors))
	jobs := make([]digest.Job, len(cursors))
	most := int64(w.BlockBytes) // as much of each, so that all lanes are full to the end
	for _, c := range cursors {
		n, full := c.ready()
		if !full {
			most = min(most, n)
		}
	}
	for i, c := range cursors {
		c.busy = true
		pieces[i], jobs[i] = c.take(most)
	}
	w.mu.Unlock()
	digest.Update(jobs)
	runtime.Gosched() // see worker
	w.mu.Lock()
	for i := range pieces {
		p := &pieces[i]
		p.busy = false
		if err := p.settle(); err != nil && w.err == nil {
			w.err = err
		}
		w.release(p.block)
	}
	w.retire()
	w.wake.Broadcast()
}

// retire drops the cursors of tensors that are done. Called locked.
func (w *pouring) retire() {
	left := w.cursors[:0]
	for _, c := range w.cursors {
		if c.tensor >= 0 && c.head == len(c.queue) && c.head > 0 && c.queue[c.head-1].last && !c.busy {
			c.sink.open[c.tensor] = nil
			continue
		}
		left = append(left, c)
	}
	clear(w.cursors[len(left):])
	w.cursors = left
}

// hashed reports whether nothing is left to hash. Called locked.
func (w *pouring) hashed() bool {
	for _, c := range w.cursors {
		if c.busy || c.head < len(c.queue) {
			return false
		}
	}
	return true
}

// release takes a block's buffer back once it is on disk and hashed. Called
// locked.
func (w *pouring) release(b *block) {
	if b.written && b.unhashed == 0 && b.buf != nil {
		w.free = append(w.free, b.buf)
		b.buf = nil
		delete(b.sink.blocks, b.index)
	}
}
