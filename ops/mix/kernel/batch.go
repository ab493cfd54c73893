package kernel

import (
	"fmt"
	"math"
	"sync"
)

// Batch computes several mixes of the same inputs together: what they share of
// the work is done once. It is immutable.
type Batch struct {
	mixes  []*Mix
	reads  [][]int
	blends []*blend // parallel to mixes; nil for those that share nothing
	rows   []int    // the input that each row is made from
}

// Part says where results go: elements From, From+1, … of a mix, as many as
// Dst has room for.
type Part struct {
	Mix  int // index into the mixes of the batch
	From int
	Dst  []byte
}

// NewBatch makes a batch out of compiled mixes. reads[i] says which input, by
// its number, each term of mixes[i] reads. A mix may be nil: it has no parts.
func NewBatch(mixes []*Mix, reads [][]int) *Batch {
	if len(mixes) != len(reads) {
		panic(fmt.Sprintf("kernel: lists of inputs for %d of %d mixes", len(reads), len(mixes)))
	}
	b := &Batch{mixes: mixes, reads: reads, blends: make([]*blend, len(mixes))}
	index := map[int]int{}
	for i, m := range mixes {
		if m == nil {
			continue
		}
		if len(reads[i]) != len(m.in) {
			panic(fmt.Sprintf("kernel: mix %d reads %d inputs and has %d", i, len(reads[i]), len(m.in)))
		}
		if !m.whole() {
			continue
		}
		rows := make([]int, len(m.in))
		for j, input := range reads[i] {
			row, ok := index[input]
			if !ok {
				row = len(b.rows)
				index[input] = row
				b.rows = append(b.rows, input)
			}
			rows[j] = row
		}
		b.blends[i] = newBlend(m, rows)
	}
	return b
}

// batchScratch is what a call to Run needs beside its arguments.
type batchScratch struct {
	rows  []int32 // of strideWhole elements
	seen  []extremes
	ready []bool // rows made for this block
	srcs  [][]byte
}

var batchPool = sync.Pool{New: func() any { return new(batchScratch) }}

func (b *Batch) scratch() *batchScratch {
	s := batchPool.Get().(*batchScratch)
	if n := len(b.rows); len(s.ready) < n {
		s.rows = make([]int32, n*strideWhole)
		s.seen = make([]extremes, n)
		s.ready = make([]bool, n)
	}
	return s
}

// Run computes parts of mixes and adds to stats, parallel to the mixes, what
// they met. Inputs begin with element 0 and reach at least as far as the parts
// that read them; no Dst overlaps an input or another Dst. Run may be called
// from many goroutines at once, each with its own stats.
func (b *Batch) Run(parts []Part, inputs [][]byte, stats []Stats) {
	im := current.Load()
	s := b.scratch()
	defer batchPool.Put(s)
	from, end := math.MaxInt, 0 // of the parts that go block by block
	for _, p := range parts {
		if im.blend == nil || b.blends[p.Mix] == nil {
			b.alone(im, s, p, inputs, stats)
			continue
		}
		to := p.From + len(p.Dst)/2
		for j, input := range b.reads[p.Mix] {
			if len(inputs[input])/2 < to {
				panic(fmt.Sprintf("kernel: source %d has %d bytes, %d elements are wanted", j, len(inputs[input]), to))
			}
		}
		from, end = min(from, p.From), max(end, to)
	}
	for ; from < end; from += blockWhole {
		clear(s.ready)
		for _, p := range parts {
			if im.blend == nil || b.blends[p.Mix] == nil {
				continue
			}
			lo, hi := max(from, p.From), min(from+blockWhole, p.From+len(p.Dst)/2)
			if lo < hi {
				p.Dst, p.From = p.Dst[2*(lo-p.From):2*(hi-p.From)], lo
				b.block(im, s, p, inputs, stats, from, min(from+blockWhole, end))
			}
		}
	}
}

// block computes a part within the block from … to.
func (b *Batch) block(im *impl, s *batchScratch, p Part, inputs [][]byte, stats []Stats, from, to int) {
	f := b.blends[p.Mix]
	for i := range f.terms {
		row := f.terms[i].row
		if s.ready[row] {
			continue
		}
		s.ready[row] = true
		src := inputs[b.rows[row]]
		s.seen[row] = im.widen(s.rows[row*strideWhole:], src[2*from:min(2*to, len(src)&^1)])
	}
	if sum := f.reach(s.seen); sum > maxSumWhole {
		b.alone(im, s, p, inputs, stats)
	} else {
		im.blend(f, s.rows[p.From-from:], p.Dst, sum <= maxSumExact)
	}
}

// alone computes a part that shares nothing.
func (b *Batch) alone(im *impl, s *batchScratch, p Part, inputs [][]byte, stats []Stats) {
	m := b.mixes[p.Mix]
	s.srcs = s.srcs[:0]
	for j, input := range b.reads[p.Mix] {
		s.srcs = append(s.srcs, inputs[input][p.From*m.in[j].Size():])
	}
	m.run(im, p.Dst, s.srcs, &stats[p.Mix])
}
