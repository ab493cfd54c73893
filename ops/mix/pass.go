package mix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sort"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix/kernel"
)

// Executor pours a Pass. The contract defines every output bit, so executors
// (this CPU, a GPU worker) differ in speed alone.
type Executor interface {
	Pour(ctx context.Context, p *Pass) error
}

// Pass is one walk over the tensors: every input is read once, and every
// output that wants a tensor is fed from that read.
type Pass struct {
	Inputs  []Input
	Outputs []*Output
	// Progress, if set, hears how many bytes of an output (its index) are on disk.
	Progress func(output int, done int64)
	// WriteTime is how long at least one write was under way. Set by Pour.
	WriteTime time.Duration
}

// Input is a file that values come from.
type Input struct {
	Name string // for messages
	R    io.ReaderAt
	Read int64 // bytes taken from it; set by Pour
}

// Output is a file being poured. Layout fixes every offset beforehand.
type Output struct {
	Name    string
	Layout  *checkpoint.Layout
	Tensors []Tensor // parallel to Layout.Tensors
	File    fsx.File // allocated to at least Layout.Size
	FileSum bool     // also hash the whole file, header included

	// Set by Pour.
	Sum   digest.Sum     // of the whole file, when FileSum
	Sums  []digest.Sum   // parallel to Layout.Tensors
	Stats []kernel.Stats // likewise; copies are not looked at
}

// Tensor says where the values of one output tensor come from: a literal, a
// copy of Terms[0] (Mix nil), or Mix over Terms.
type Tensor struct {
	Literal []byte
	Terms   []Term
	Mix     *kernel.Mix
	// Want is what the bytes of a copy must hash to; zero when not known.
	Want digest.Sum
}

// Term is one summand: where its tensor begins in which input.
type Term struct {
	Input    int
	Offset   int64 // absolute, bytes
	ElemSize int   // bytes
}

// InputError says that an input could not be read, or is not what it was. What
// does not need that input can still be poured.
type InputError struct {
	Input int // index into Pass.Inputs
	Err   error
}

func (e *InputError) Error() string { return e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

// ErrDamaged: a tensor does not hold what was recorded of it.
var ErrDamaged = errors.New("its bytes are not those that were recorded of it")

// CPU pours on this machine's processors.
type CPU struct {
	Threads    int // 0: GOMAXPROCS
	ChunkElems int // elements a unit of work holds; 0: 64 Ki
	BlockBytes int // bytes of a write, a multiple of 4096; 0: 1 MiB
	PoolBytes  int // write buffers in flight; 0: 42 MiB and 6 for each output, at most 96
}

const pageSize = 4096

func (c CPU) withDefaults(outputs int) CPU {
	if c.Threads <= 0 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	if c.ChunkElems <= 0 {
		c.ChunkElems = 64 << 10
	}
	if c.BlockBytes <= 0 {
		c.BlockBytes = 1 << 20
	}
	if c.PoolBytes <= 0 {
		c.PoolBytes = min(42<<20+6*outputs<<20, 96<<20)
	}
	if least := 3 * outputs * c.BlockBytes; c.PoolBytes < least {
		c.PoolBytes = least
	}
	return c
}

// Memory is about what a pass holds at most, in bytes: blocks on their way to
// disk, and each thread's chunk of every input, fp32 at the widest.
func (c CPU) Memory(outputs, inputs int) int64 {
	c = c.withDefaults(outputs)
	return int64(c.PoolBytes) + int64(c.Threads)*int64(inputs)*int64(c.ChunkElems)*4
}

// step is one tensor name with everything that is read and made for it.
type step struct {
	elems int64
	reads []Term
	uses  []use
	batch *kernel.Batch // the mixes of the uses, when the walk has come here
}

// use is one output's part in a step.
type use struct {
	out, tensor int
	srcs        []int // indices into step.reads
}

// plan orders the walk. Outputs that share one dtype policy have one canonical
// order, so nearly always each output is filled front to back; where policies
// differ, the others are filled in runs, which costs them a second hashing.
func (p *Pass) plan() []step {
	type at struct{ out, tensor int }
	groups := map[string][]at{}
	var names []string
	for o, out := range p.Outputs {
		for t := range out.Layout.Tensors {
			x := &out.Layout.Tensors[t]
			key := fmt.Sprintf("%s\x00%d", x.Name, x.Elements())
			if groups[key] == nil {
				names = append(names, key)
			}
			groups[key] = append(groups[key], at{o, t})
		}
	}
	// The first output's order leads; names it lacks follow in their own
	// output's order. (names was filled in exactly that order.)
	steps := make([]step, 0, len(names))
	for _, key := range names {
		var s step
		index := map[Term]int{}
		for _, a := range groups[key] {
			out := p.Outputs[a.out]
			s.elems = out.Layout.Tensors[a.tensor].Elements()
			u := use{out: a.out, tensor: a.tensor}
			for _, term := range out.Tensors[a.tensor].Terms {
				i, ok := index[term]
				if !ok {
					i = len(s.reads)
					index[term] = i
					s.reads = append(s.reads, term)
				}
				u.srcs = append(u.srcs, i)
			}
			s.uses = append(s.uses, u)
		}
		sort.SliceStable(s.uses, func(i, j int) bool { return s.uses[i].out < s.uses[j].out })
		steps = append(steps, s)
	}
	return steps
}
