// Package engine decides when things are done: it gives every op a key, asks
// the store what is there, and runs what is missing.
//
// A recipe reaches it as a flat table of ops with edges (Graph). Nothing flows
// back: an op's result is an entry in the store, never a value in the graph.
//
// Invariants: the same table, pins and store content give the same plan; no
// clock, random number, map order, thread count or host enters a key; an op
// runs only when its inputs are there; a result is looked up again after its
// inputs became known, so equal inputs cut the work off early.
//
// It must not know HCL, tensors, or what any kind of op means: the packages
// under ops register that as Impls.
package engine
