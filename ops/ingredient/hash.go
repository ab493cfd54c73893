package ingredient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/ops/checkpoint"
)

// hashBlock is how much of a file is read at a time.
const hashBlock = 1 << 20

// hashing is one file on its way through the hashes: the whole file and each
// tensor, in one reading.
type hashing struct {
	file   fsx.File
	header *checkpoint.Header
	off    int64
	next   int // tensor that off is in, or the first after it
	whole  digest.Stream
	tensor *digest.Stream // of the tensor that goes on from the last block
	sums   []checkpoint.TensorSum
	buf    []byte
	err    error
}

func newHashing(f fsx.File, h *checkpoint.Header) *hashing {
	s := &hashing{file: f, header: h, sums: make([]checkpoint.TensorSum, len(h.Tensors))}
	for i := range h.Tensors {
		t := &h.Tensors[i]
		s.sums[i].Spec = checkpoint.Spec{Name: t.Name, DType: t.DType, Shape: t.Shape}
		if t.Bytes == 0 {
			s.sums[i].Sum = digest.Of(nil)
		}
	}
	return s
}

// read takes the next block in. Tensors lie in data order without holes, which
// the header reader has checked.
func (s *hashing) read() bool {
	if s.buf == nil {
		s.buf = make([]byte, hashBlock)
	}
	n := min(int64(len(s.buf)), s.header.FileSize-s.off)
	if s.off == 0 {
		_ = s.file.Advise(0, s.header.FileSize, fsx.Sequential) // a hint; reading works without
	}
	_ = s.file.Advise(s.off+8*hashBlock, 8*hashBlock, fsx.WillNeed)
	got, err := s.file.ReadAt(s.buf[:n], s.off)
	if int64(got) < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		s.err = fmt.Errorf("read at byte %d: %w", s.off, err)
		return false
	}
	s.buf = s.buf[:n]
	return true
}

// segment is a piece of one tensor within a block.
type segment struct {
	tensor int
	stream *digest.Stream
	ends   bool
}

// jobs lists what the block feeds: the file's own stream, the tensor that goes
// on from the last block, and every tensor that begins here (each a stream of
// its own, so that they fill lanes).
func (s *hashing) jobs() (jobs []digest.Job, segs []segment) {
	jobs = append(jobs, digest.Job{Stream: &s.whole, Data: s.buf})
	end := s.off + int64(len(s.buf))
	for ; s.next < len(s.header.Tensors); s.next++ {
		t := &s.header.Tensors[s.next]
		if t.Bytes == 0 {
			continue
		}
		if t.Offset >= end {
			break
		}
		lo, hi := max(t.Offset, s.off), min(t.Offset+t.Bytes, end)
		seg := segment{tensor: s.next, stream: s.tensor, ends: t.Offset+t.Bytes <= end}
		if t.Offset >= s.off { // it begins here: a stream of its own
			seg.stream = new(digest.Stream)
		}
		jobs = append(jobs, digest.Job{Stream: seg.stream, Data: s.buf[lo-s.off : hi-s.off]})
		segs = append(segs, seg)
		if !seg.ends {
			break
		}
	}
	return jobs, segs
}

func (s *hashing) settle(segs []segment) {
	for _, seg := range segs {
		if seg.ends {
			s.sums[seg.tensor].Sum = seg.stream.Sum()
		} else {
			s.tensor = seg.stream
		}
	}
	s.off += int64(len(s.buf))
	s.buf = s.buf[:cap(s.buf)]
}

// Hash reads a checkpoint once, whose header h is, and gives the digest of each
// tensor, in h's order, and of the whole file. progress hears the bytes read so
// far, in order.
func Hash(ctx context.Context, f fsx.File, h *checkpoint.Header, threads int, progress func(done int64)) (tensors []checkpoint.TensorSum, whole digest.Sum, err error) {
	s := newHashing(f, h)
	hashAll(ctx, []*hashing{s}, threads, func(_ int, done int64) { progress(done) })
	if s.err != nil {
		return nil, digest.Sum{}, s.err
	}
	return s.sums, s.whole.Sum(), nil
}

// hashAll hashes files side by side: a worker takes a few at a time, so that
// their streams fill the lanes of a vector register. progress hears the bytes
// read of file i.
func hashAll(ctx context.Context, files []*hashing, threads int, progress func(i int, done int64)) {
	var mu sync.Mutex
	idle := make([]int, len(files))
	for i := range files {
		idle[i] = i
	}
	left := len(files)
	wake := sync.NewCond(&mu)
	take := func() (batch []int, spare bool) {
		mu.Lock()
		defer mu.Unlock()
		for {
			if left == 0 {
				return nil, false
			}
			if n := len(idle); n > 0 {
				// An even share, but at most what fills the lanes.
				k := min((left+threads-1)/threads, 8, n)
				batch = append(batch, idle[:k]...)
				idle = idle[k:]
				return batch, left < threads
			}
			wake.Wait()
		}
	}
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			for {
				batch, spare := take()
				if batch == nil {
					return
				}
				hashBatch(ctx, files, batch, spare)
				for _, i := range batch { // while nobody else can move them on
					progress(i, files[i].off)
				}
				mu.Lock()
				for _, i := range batch {
					f := files[i]
					if f.err != nil || f.off >= f.header.FileSize {
						left--
						f.buf = nil
					} else {
						idle = append(idle, i)
					}
				}
				mu.Unlock()
				wake.Broadcast()
			}
		})
	}
	wg.Wait()
}

// hashBatch takes one block of each file. With spare threads the whole-file
// streams, which nothing can split, run beside the tensors'.
func hashBatch(ctx context.Context, files []*hashing, batch []int, spare bool) {
	var whole, tensors []digest.Job
	segs := make([][]segment, len(batch))
	for k, i := range batch {
		f := files[i]
		if err := ctx.Err(); err != nil {
			f.err = err
			continue
		}
		if f.err == nil && f.read() {
			var jobs []digest.Job
			jobs, segs[k] = f.jobs()
			whole, tensors = append(whole, jobs[0]), append(tensors, jobs[1:]...)
		}
	}
	if spare {
		var wg sync.WaitGroup
		wg.Go(func() { digest.Update(whole) })
		digest.Update(tensors)
		wg.Wait()
	} else {
		digest.Update(append(whole, tensors...))
	}
	for k, i := range batch {
		if files[i].err == nil {
			files[i].settle(segs[k])
		}
	}
}
