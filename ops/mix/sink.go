package mix

import (
	"fmt"
	"io"
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
	blocks  map[int64]*block // by index, those not yet released
	queue   []*run           // in the order of the walk
	head    int              // first run not yet hashed
	busy    bool             // some worker is hashing it
	inOrder bool             // the walk fills it front to back
	file    digest.Stream
	tensor  []*digest.Stream // by tensor, while it is being hashed
	statsMu sync.Mutex
}

// block is a piece of the file in memory.
type block struct {
	sink                 *sink
	index, start         int64
	buf                  []byte
	need, filled, hashed int64 // bytes
	written              bool
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

func newSink(w *pouring, out *Output) (*sink, error) {
	if len(out.Tensors) != len(out.Layout.Tensors) {
		return nil, fmt.Errorf("pour %s: %d plans for %d tensors", out.Name, len(out.Tensors), len(out.Layout.Tensors))
	}
	s := &sink{Output: out, w: w, blocks: map[int64]*block{}, tensor: make([]*digest.Stream, len(out.Tensors))}
	out.Sums = make([]digest.Sum, len(out.Tensors))
	header := out.Layout.Header
	for off := int64(0); off < int64(len(header)); {
		b := s.block(off)
		n := min(int64(len(header))-off, b.start+int64(w.BlockBytes)-off)
		r := &run{block: b, tensor: -1, off: off, len: n}
		copy(r.bytes(), header[off:])
		s.queue = append(s.queue, r)
		w.filled(r)
		off += n
	}
	return s, nil
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
		s.queue = append(s.queue, r)
	}
	return runs
}

// ready reports whether the finished runs at the head, up to the end of their
// block, hold least bytes or complete the block.
func (s *sink) ready(least int64) bool {
	var n int64
	for i := s.head; i < len(s.queue); i++ {
		r := s.queue[i]
		if !r.done || r.block != s.queue[s.head].block {
			break
		}
		if n += r.len; n >= least || r.block.hashed+n == r.block.need {
			return true
		}
	}
	return false
}

// hashPart is what one task hashes of one output: runs of one block.
type hashPart struct {
	sink  *sink
	block *block
	runs  []*run
}

// take removes the finished runs of the head block from the queue.
func (s *sink) take() hashPart {
	p := hashPart{sink: s, block: s.queue[s.head].block}
	for s.head < len(s.queue) {
		r := s.queue[s.head]
		if !r.done || r.block != p.block {
			break
		}
		p.runs = append(p.runs, r)
		s.queue[s.head] = nil
		s.head++
	}
	if s.head > 4096 { // keep the queue short on files of many runs
		s.queue = append(s.queue[:0], s.queue[s.head:]...)
		s.head = 0
	}
	return p
}

// jobs appends the hashing of a part: adjacent runs of one tensor are one job,
// and so are all adjacent runs for the whole file.
func (p *hashPart) jobs(jobs []digest.Job) []digest.Job {
	s := p.sink
	for i := 0; i < len(p.runs); {
		first := p.runs[i]
		end, j := first.off+first.len, i+1
		for j < len(p.runs) && p.runs[j].tensor == first.tensor && p.runs[j].off == end {
			end += p.runs[j].len
			j++
		}
		if t := first.tensor; t >= 0 {
			if s.tensor[t] == nil {
				s.tensor[t] = new(digest.Stream)
			}
			at := first.off - p.block.start
			jobs = append(jobs, digest.Job{Stream: s.tensor[t], Data: p.block.buf[at : at+end-first.off]})
		}
		i = j
	}
	if s.FileSum && s.inOrder {
		first, last := p.runs[0], p.runs[len(p.runs)-1]
		jobs = append(jobs, digest.Job{Stream: &s.file, Data: p.block.buf[first.off-p.block.start : last.off+last.len-p.block.start]})
	}
	return jobs
}

// settle books a hashed part. Called locked.
func (p *hashPart) settle() error {
	s := p.sink
	for _, r := range p.runs {
		p.block.hashed += r.len
		if !r.last {
			continue
		}
		sum := s.tensor[r.tensor].Sum()
		s.Sums[r.tensor], s.tensor[r.tensor] = sum, nil
		if want := s.Tensors[r.tensor].Want; !want.IsZero() && want != sum {
			return &DamageError{Output: s.Name, Tensor: s.Layout.Tensors[r.tensor].Name, Input: s.Tensors[r.tensor].Terms[0].Input}
		}
	}
	return nil
}

func (s *sink) addStats(st kernel.Stats) {
	s.statsMu.Lock()
	s.Stats.Add(st)
	s.statsMu.Unlock()
}

// finish cuts the file to size and hashes it again where the walk did not go
// front to back.
func (s *sink) finish() error {
	if err := s.File.Truncate(s.Layout.Size); err != nil {
		return fmt.Errorf("cut %s to size: %w", s.Name, err)
	}
	switch {
	case s.FileSum && s.inOrder:
		s.Sum = s.file.Sum()
	case s.FileSum:
		if err := s.File.SetDirect(false); err != nil {
			return fmt.Errorf("read %s back: %w", s.Name, err)
		}
		var st digest.Stream
		buf := make([]byte, 1<<20)
		for off := int64(0); off < s.Layout.Size; {
			n, err := s.File.ReadAt(buf[:min(int64(len(buf)), s.Layout.Size-off)], off)
			if n == 0 {
				if err == nil {
					err = io.ErrNoProgress
				}
				return fmt.Errorf("read %s back: %w", s.Name, err)
			}
			st.Write(buf[:n])
			off += int64(n)
		}
		s.Sum = st.Sum()
	}
	return nil
}
