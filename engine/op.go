package engine

import (
	"fmt"
	"strings"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// Range is the place in a recipe that an op comes from; lines and columns
// count from 1. It is carried so that a failure can point there.
type Range struct {
	File               string
	Line, Column       int
	EndLine, EndColumn int
	StartByte, EndByte int
}

func (r Range) String() string { return fmt.Sprintf("%s:%d,%d", r.File, r.Line, r.Column) }

// Op is one line of the table: something that can be made, and from what.
type Op struct {
	// Address is how the recipe names it (`cocktail.merged["2.2"]`). It is for
	// people and for the lock; it never enters a key.
	Address string
	// Kind names the Impl; Version is raised only when the bits it makes change.
	Kind    string
	Version int
	// Params is the canonical text of everything that shapes the result, one
	// "name value" a line. Coefficients are written n/D.
	Params string
	Inputs []Edge
	Range  Range
	// ByFile: the result names the files it was made from, so an input with equal
	// content in another file makes another result.
	ByFile bool
	// Goal marks an op that was asked for. The others run only if a goal needs them.
	Goal bool
	// Pin is what the lock says of this op's result, nil when it says nothing.
	Pin *Pin
	// Data is what the Impl needs to do the work; the engine never looks at it.
	Data any
}

// Edge is a typed input: the op it comes from and the part it plays there, in
// canonical text. Edges are a set: their order never enters a key.
type Edge struct {
	From int // index into Graph.Ops, always smaller than the op's own
	Role string
}

// Pin fixes what an op's result must be.
type Pin struct {
	// Key is the definition key that the pin speaks of; zero means any. An
	// output's pin is about one definition: after an edit it says nothing.
	Key    digest.Sum
	SHA256 digest.Sum // of the whole file; zero when not pinned
	AutoV2 string     // the first ten digits of SHA256, as hubs print them; "" when not pinned
	Root   digest.Sum // of its tensors; zero when not pinned
	Size   int64      // bytes; 0 when not pinned
}

// Graph is the flat table, inputs before what uses them.
type Graph struct{ Ops []Op }

// Validate reports broken invariants of the table: these are errors of the
// program that built it, not of a recipe.
func (g *Graph) Validate() error {
	for i := range g.Ops {
		if err := g.check(i); err != nil {
			return fmt.Errorf("op %d (%s): %w", i, g.Ops[i].Address, err)
		}
	}
	return nil
}

// check makes sure that an op's inputs come before it, and that no two ops
// can have one preimage.
func (g *Graph) check(i int) error {
	op := &g.Ops[i]
	if strings.ContainsAny(op.Kind, " \n") {
		return fmt.Errorf("kind %q is not a word", op.Kind)
	}
	if strings.Contains("\n"+op.Params, "\n"+inputWord) {
		return fmt.Errorf("params %q look like an input", op.Params)
	}
	for _, e := range op.Inputs {
		if e.From < 0 || e.From >= i {
			return fmt.Errorf("input %d does not come before it", e.From)
		}
		if strings.Contains(e.Role, "\n") {
			return fmt.Errorf("role %q is more than a line", e.Role)
		}
	}
	return nil
}

// Result is what an op gave.
type Result struct {
	Root   digest.Sum // what it is, whatever its metadata
	SHA256 digest.Sum // the whole file; zero where nobody needed it
	Size   int64
	Path   string // the file that holds it
	// Identity is that of a file that stays where it is, when its digests were
	// true of it; zero for an object of the store.
	Identity fsx.Identity
	Attach   string // path of the per-tensor list beside it, "" if none
	// Made is set when this run made it, with what it cost and what it counted.
	Made   bool
	Report Report
}

// Report is what making something cost.
type Report struct {
	BytesRead, BytesWritten, BytesReused int64
	Tensors                              int
	TensorsReused                        int
	Saturated, NaN                       int64 // elements
	Seconds                              float64
	// WriteSeconds is how long writes were under way.
	WriteSeconds float64
}
