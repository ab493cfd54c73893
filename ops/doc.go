// Package ops joins what a recipe says to how it is done: it compiles checked
// recipes into the engine's table of ops, registers the implementations, and
// runs sessions for the command line.
//
// The kinds of work lie in the folders below: checkpoint (the container and
// the architectures), source and ingredient (where models come from), mix (the
// numbers), pour (mixes as ops), release (labels and places).
//
// Invariants: nothing flows from the engine back into a recipe; an op's key
// holds no label, path or order of the recipe; every op knows its recipe line.
package ops
