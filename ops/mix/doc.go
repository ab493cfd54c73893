// Package mix turns exact linear forms over checkpoints into files.
//
// Resolve says, tensor by tensor, what an output is made of: which ingredient
// tensors with which exact coefficients, what is copied and what is literal.
// A Pass walks the tensors once, reads every ingredient once, computes every
// output that wants the tensor (package kernel), hashes and writes beside it.
// Graph holds the same mixes as a gorgonia expression graph, whose tape
// machine is the float64 oracle of the tests.
//
// Invariants: an output bit depends on the form and the ingredients' values
// alone, not on threads, chunk sizes, instruction sets or what else is poured
// in the same pass; memory is bounded by the chunks in flight, not by a model.
//
// It must not know recipes' syntax, the store, or where files come from.
package mix
