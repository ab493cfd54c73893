package mix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"cosmo/engine/fsx"
	"cosmo/ops/mix/kernel"
)

// pouring is the state of one Pour. Workers take the most useful piece of work
// there is (hash what is finished, else mix the next chunk), so one pool of
// threads balances itself between mixing and hashing; writers only wait for
// the disk.
type pouring struct {
	CPU
	pass  *Pass
	steps []step
	outs  []*sink

	mu       sync.Mutex
	cursors  []*cursor
	wake     *sync.Cond
	err      error
	lanes    []lane // the walk
	turn     int    // the lane whose turn it is
	inFlight int    // units being mixed
	writing  int    // blocks on their way to disk
	arenas   [][]byte
	free     [][]byte // blocks of the arenas
	blocks   int      // buffers made so far

	writes  chan *block
	atDisk  int       // writes under way
	since   time.Time // when the first of them began
	waiting time.Duration
}

// Pour implements Executor.
func (c CPU) Pour(ctx context.Context, p *Pass) error {
	c = c.withDefaults(len(p.Outputs))
	w := &pouring{CPU: c, pass: p, steps: p.plan()}
	w.wake = sync.NewCond(&w.mu)
	blocks := int64(0) // each is sent once, so a send under the lock never waits
	for _, out := range p.Outputs {
		blocks += out.Layout.Size/int64(c.BlockBytes) + 1
	}
	w.writes = make(chan *block, blocks)
	inOrder := w.inOrder()
	w.lanes = w.split()
	for i, out := range p.Outputs {
		s, err := newSink(w, i, out, inOrder[i])
		if err != nil {
			return err
		}
		w.outs = append(w.outs, s)
	}

	stop := context.AfterFunc(ctx, func() { w.fail(context.Cause(ctx)) })
	defer stop()

	var writers, workers sync.WaitGroup
	for range 8 { // enough to keep a disk's queue filled; they use no CPU
		writers.Go(w.writer)
	}
	for range c.Threads {
		workers.Go(w.worker)
	}
	workers.Wait()
	close(w.writes)
	writers.Wait()
	for _, a := range w.arenas {
		fsx.FreeBuffer(a)
	}
	p.WriteTime = w.waiting
	if w.err != nil {
		return w.err
	}
	for _, s := range w.outs {
		if err := s.finish(); err != nil {
			return err
		}
	}
	return nil
}

func (w *pouring) fail(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	w.mu.Unlock()
	w.wake.Broadcast()
}

// worker mixes and hashes until nothing is left.
func (w *pouring) worker() {
	var sc scratch
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.err == nil {
		if c := w.toHash(w.room() < w.PoolBytes/w.BlockBytes/4); c != nil {
			w.hash(c)
			continue
		}
		if u := w.nextUnit(); u != nil {
			w.inFlight++
			w.mu.Unlock()
			err := w.mix(u, &sc)
			runtime.Gosched() // a writer that came back from the disk waits for a processor
			w.mu.Lock()
			w.inFlight--
			if err != nil && w.err == nil {
				w.err = err
			}
			w.complete(u)
			w.wake.Broadcast()
			continue
		}
		if c := w.toHash(true); c != nil {
			w.hash(c)
			continue
		}
		if w.walked() && w.inFlight == 0 && w.hashed() {
			w.wake.Broadcast()
			return
		}
		w.wake.Wait()
	}
	w.wake.Broadcast()
}

// room is how many blocks could be had now. Called locked.
func (w *pouring) room() int {
	return len(w.free) + max(0, w.PoolBytes/w.BlockBytes-w.blocks)
}

// arenaBlocks is how many blocks are taken from the system at a time: several
// huge pages, since the first touch of small ones costs more than the mixing.
const arenaBlocks = 8

// buffer gives the memory of a block. Called locked.
func (w *pouring) buffer() []byte {
	if len(w.free) == 0 {
		size := w.BlockBytes
		arena := fsx.AlignedBuffer(arenaBlocks * size)
		w.arenas = append(w.arenas, arena)
		for i := range arenaBlocks {
			w.free = append(w.free, arena[i*size:(i+1)*size:(i+1)*size])
		}
		w.blocks += arenaBlocks
	}
	last := len(w.free) - 1
	b := w.free[last]
	w.free = w.free[:last]
	return b
}

// scratch is a worker's memory: input chunks, and what the mixes of a unit met.
type scratch struct {
	in    [][]byte
	stats []kernel.Stats // by use
	parts []kernel.Part
}

// mix reads a unit's inputs once and computes it for every output.
func (w *pouring) mix(u *unit, sc *scratch) error {
	n := u.to - u.from
	for len(sc.in) < len(u.step.reads) {
		sc.in = append(sc.in, make([]byte, 4*w.ChunkElems))
	}
	for i, r := range u.step.reads {
		size := int(n) * r.ElemSize
		if cap(sc.in[i]) < size {
			sc.in[i] = make([]byte, size)
		}
		sc.in[i] = sc.in[i][:size]
		in := &w.pass.Inputs[r.Input]
		off := r.Offset + u.from*int64(r.ElemSize)
		if got, err := in.R.ReadAt(sc.in[i], off); got < size {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return &InputError{r.Input, fmt.Errorf("read %s at byte %d: %w", in.Name, off, err)}
		}
	}
	sc.parts = sc.parts[:0]
	sc.stats = append(sc.stats[:0], make([]kernel.Stats, len(u.step.uses))...)
	for i, use := range u.step.uses {
		out := w.outs[use.out]
		t := &out.Output.Tensors[use.tensor]
		for _, r := range u.runs[i] {
			dst := r.bytes()
			lo := r.elem - u.from // elements into the unit
			switch {
			case t.Literal != nil:
				at := r.elem * int64(out.elemSize(use.tensor))
				copy(dst, t.Literal[at:])
			case t.Mix == nil:
				es := int64(u.step.reads[use.srcs[0]].ElemSize)
				copy(dst, sc.in[use.srcs[0]][lo*es:])
			default:
				sc.parts = append(sc.parts, kernel.Part{Mix: i, From: int(lo), Dst: dst})
			}
		}
	}
	u.step.batch.Run(sc.parts, sc.in, sc.stats)
	for i, use := range u.step.uses {
		w.outs[use.out].addStats(use.tensor, sc.stats[i])
	}
	return nil
}

// complete books a unit's reads, marks its runs as filled and sends full
// blocks to the writers. Called locked.
func (w *pouring) complete(u *unit) {
	for _, r := range u.step.reads {
		w.pass.Inputs[r.Input].Read += (u.to - u.from) * int64(r.ElemSize)
	}
	for _, rs := range u.runs {
		for _, r := range rs {
			w.filled(r)
		}
	}
}

func (w *pouring) filled(r *run) {
	r.done = true
	b := r.block
	b.filled += r.len
	if b.filled == b.need {
		w.writing++
		w.writes <- b
	}
}

// writer puts full blocks on disk.
func (w *pouring) writer() {
	for b := range w.writes {
		w.mu.Lock()
		failed := w.err != nil
		w.mu.Unlock()
		if !failed {
			w.writeBegins()
			if _, err := b.sink.File.WriteAt(b.padded(), b.start); err != nil {
				w.fail(fmt.Errorf("write %s: %w", b.sink.Name, err))
			}
			w.writeEnds()
		}
		w.mu.Lock()
		w.writing--
		b.written = true
		w.release(b)
		b.sink.onDisk += b.need
		done := b.sink.onDisk
		w.mu.Unlock()
		w.wake.Broadcast()
		if !failed && w.pass.Progress != nil {
			w.pass.Progress(b.sink.index, done)
		}
	}
}

// writeBegins and writeEnds measure how long the disk was writing, for people.
func (w *pouring) writeBegins() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.atDisk++; w.atDisk == 1 {
		w.since = time.Now()
	}
}

func (w *pouring) writeEnds() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.atDisk--; w.atDisk == 0 {
		w.waiting += time.Since(w.since)
	}
}
