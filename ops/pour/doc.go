// Package pour is the op that fills glasses: it takes every mix and release
// that is missing, opens their ingredients once, and pours them in one pass.
//
// Per tensor it knows a key (how it was made from which ingredient tensors),
// so a tensor that an older file in the store already holds is cloned from
// there: changing the weight of one block reads that block alone from the
// ingredients.
//
// Invariants: every output of a pass is allocated before a byte is read; an
// index entry follows its object; nothing is published of a pass in which an
// ingredient changed.
//
// It must not know recipes' syntax or the command line.
package pour
