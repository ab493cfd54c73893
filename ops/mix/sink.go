package mix

import (
	"fmt"
	"sync"

	"cosmo/engine/digest"
	"cosmo/ops/mix/kernel"
)

// sink is one output file being filled. Its bytes live in blocks that begin at
// multiples of the block size, so that each is one aligned, unbuffered write,
// and the kernels write straight into them.
type sink struct {
	*Output
	w       *pouring
	index   int
	onDisk  int64            // bytes
	blocks  map[int64]*block // by index, those not yet released
	whole   *cursor          // nil if the file needs no digest, or is not filled front to back
	open    []*cursor        // by tensor, of those being hashed
	statsMu sync.Mutex
}

// block is a piece of the file in memory.
type block struct {
	sink         *sink
	index, start int64
	buf          []byte
	need, filled int64 // bytes
	unhashed     int   // runs that some cursor still has to hash
	written      bool
}

// padded is what is written: the last block is rounded up to whole pages, and
// the file cut to size afterwards.
func (b *block) padded() []byte {
	n := (b.need + pageSize - 1) / pageSize * pageSize
	clear(b.buf[b.need:n])
	return b.buf[:n]
}

// run is a range of the file within one block and one tensor (-1: the header).
type run struct {
	block  *block
	tensor int
	elem   int64 // first element of the tensor in it
	off    int64 // in the file
	len    int64
	last   bool // the tensor ends here
	done   bool
}

func (r *run) bytes() []byte {
	at := r.off - r.block.start
	return r.block.buf[at : at+r.len : at+r.len]
}

func newSink(w *pouring, index int, out *Output, inOrder bool) (*sink, error) {
	if len(out.Tensors) != len(out.Layout.Tensors) {
		return nil, fmt.Errorf("pour %s: %d plans for %d tensors", out.Name, len(out.Tensors), len(out.Layout.Tensors))
	}
	s := &sink{Output: out, w: w, index: index, blocks: map[int64]*block{}, open: make([]*cursor, len(out.Tensors))}
	out.Sums = make([]digest.Sum, len(out.Tensors))
	out.Stats = make([]kernel.Stats, len(out.Tensors))
	if out.FileSum && inOrder {
		s.whole = &cursor{sink: s, tensor: -1}
		w.cursors = append(w.cursors, s.whole)
	}
	header := out.Layout.Header
	for off := int64(0); off < int64(len(header)); {
		b := s.block(off)
		n := min(int64(len(header))-off, b.start+int64(w.BlockBytes)-off)
		r := &run{block: b, tensor: -1, off: off, len: n}
		copy(r.bytes(), header[off:])
		s.queueRun(r)
		w.filled(r)
		off += n
	}
	return s, nil
}

// queueRun hands a run to the cursors that hash it.
func (s *sink) queueRun(r *run) {
	if s.whole != nil {
		s.whole.add(r)
	}
	if r.tensor < 0 {
		return
	}
	c := s.open[r.tensor]
	if c == nil {
		c = &cursor{sink: s, tensor: r.tensor}
		s.open[r.tensor] = c
		s.w.cursors = append(s.w.cursors, c)
	}
	c.add(r)
}

func (s *sink) elemSize(tensor int) int { return s.Layout.Tensors[tensor].DType.Size() }

// block returns the block that holds a file offset, making it when needed.
func (s *sink) block(off int64) *block {
	size := int64(s.w.BlockBytes)
	i := off / size
	b := s.blocks[i]
	if b == nil {
		b = &block{sink: s, index: i, start: i * size, buf: s.w.buffer()}
		b.need = min(size, s.Layout.Size-b.start)
		s.blocks[i] = b
	}
	return b
}

// newBlocks counts the blocks that a range of a tensor would open.
func (s *sink) newBlocks(tensor int, from, to int64) int {
	t, es, size := &s.Layout.Tensors[tensor], int64(s.elemSize(tensor)), int64(s.w.BlockBytes)
	if from == to {
		return 0
	}
	n := 0
	for i := (t.Offset + from*es) / size; i <= (t.Offset+to*es-1)/size; i++ {
		if s.blocks[i] == nil {
			n++
		}
	}
	return n
}

// place reserves the bytes of elements [from, to) and queues them for hashing.
func (s *sink) place(tensor int, from, to int64) []*run {
	t, es := &s.Layout.Tensors[tensor], int64(s.elemSize(tensor))
	end := t.Elements()
	if from == to { // an empty tensor still has a digest
		s.Sums[tensor] = digest.Of(nil)
		return nil
	}
	var runs []*run
	for e := from; e < to; {
		off := t.Offset + e*es
		b := s.block(off)
		n := min((to-e)*es, b.start+int64(s.w.BlockBytes)-off)
		r := &run{block: b, tensor: tensor, elem: e, off: off, len: n}
		e += n / es
		r.last = e == end
		runs = append(runs, r)
		s.queueRun(r)
	}
	return runs
}

func (s *sink) addStats(tensor int, st kernel.Stats) {
	s.statsMu.Lock()
	s.Stats[tensor].Add(st)
	s.statsMu.Unlock()
}

// finish cuts the file to size and hashes it again where the walk did not go
// front to back.
func (s *sink) finish() error {
	if err := s.File.Truncate(s.Layout.Size); err != nil {
		return fmt.Errorf("cut %s to size: %w", s.Name, err)
	}
	switch {
	case s.whole != nil:
		s.Sum = s.whole.stream.Sum()
	case s.FileSum:
		if err := s.File.SetDirect(false); err != nil {
			return fmt.Errorf("read %s back: %w", s.Name, err)
		}
		var err error
		if s.Sum, err = digest.OfReader(s.File, s.Layout.Size); err != nil {
			return fmt.Errorf("read %s back: %w", s.Name, err)
		}
	}
	return nil
}
