package digest

import (
	"cmp"
	"slices"
)

// Job is data to append to a stream.
type Job struct {
	Stream *Stream
	Data   []byte
}

// Update appends each job's data to its stream, as Write would, several
// streams at a time where that is faster. It runs on the calling goroutine;
// different goroutines may update different streams at once.
//
// The streams must be distinct: one that occurs twice, or that is in another
// Update, has no order in which to take its bytes. That is a panic where it is
// noticed, which is certain within one call.
func Update(jobs []Job) {
	for _, j := range jobs {
		if j.Stream.busy {
			panic("digest: stream in two jobs at once")
		}
		j.Stream.busy = true
	}
	m := current.Load()
	if m == nil {
		m = automatic()
	}
	m.update(jobs)
	for _, j := range jobs {
		j.Stream.busy = false
	}
}

const (
	// Shorter data is not worth the trouble of loading and saving lanes.
	minBlocks = 32
	// The most blocks between two looks at who should have a lane. Moving a
	// stream into a lane and out costs less than hashing one block of it.
	quantum = 256
)

// A strand is a stream at a block boundary and the data still to come.
type strand struct {
	*Stream
	data []byte
}

func (s strand) blocks() int { return len(s.data) / blockSize }

func (m *method) update(jobs []Job) {
	least := minBlocks
	if m.always {
		least = 1
	}
	work := make([]strand, 0, len(jobs))
	for _, j := range jobs {
		head := int(-j.Stream.length % blockSize) // completes a started block
		if len(m.kernels) == 0 || len(j.Data) < head+least*blockSize {
			j.Stream.Write(j.Data)
			continue
		}
		j.Stream.Write(j.Data[:head])
		work = append(work, strand{j.Stream, j.Data[head:]})
	}
	if len(work) > 0 {
		m.weave(work)
	}
}

// weave hashes all strands. The longest always go first: then the lanes stay
// in use for as long as the lengths allow, and a few more streams than lanes
// take turns instead of leaving the last ones to run alone.
func (m *method) weave(work []strand) {
	var l lanes
	for k := m.pick(len(work)); k != nil; k = m.pick(len(work)) {
		slices.SortFunc(work, func(a, b strand) int { return cmp.Compare(len(b.data), len(a.data)) })
		l.step(k, work[:min(len(work), k.lanes)])
		work = slices.DeleteFunc(work, func(s strand) bool {
			if s.blocks() > 0 {
				return false
			}
			s.Write(s.data)
			return true
		})
	}
	for _, s := range work {
		s.Write(s.data)
	}
}

// pick returns the kernel that does most for n streams in the next moment, or
// nil if that is crypto/sha256.
func (m *method) pick(n int) *kernel {
	if n == 0 {
		return nil
	}
	var best *kernel
	blocks, cost := 1, m.single
	for i := range m.kernels {
		k := &m.kernels[i]
		if b := min(n, k.lanes); m.always || b*cost > blocks*k.cost {
			best, blocks, cost = k, b, k.cost
		}
	}
	return best
}

// lanes is what a kernel works on, kept between its calls.
type lanes struct {
	state laneState
	data  laneData
}

// step advances the strands, longest first, by as many blocks as all have.
func (l *lanes) step(k *kernel, work []strand) {
	blocks := min(work[len(work)-1].blocks(), quantum)
	for i := range k.lanes {
		s := work[0] // idle lanes repeat the first, for nothing
		if i < len(work) {
			s = work[i]
		}
		for w, v := range s.state() {
			l.state[w*k.lanes+i] = v
		}
		l.data[i] = &s.data[0]
	}
	k.run(&l.state, &l.data, blocks)
	for i := range work {
		s := &work[i]
		for w := range s.h {
			s.h[w] = l.state[w*k.lanes+i]
		}
		s.length += uint64(blocks * blockSize)
		s.data = s.data[blocks*blockSize:]
	}
}
