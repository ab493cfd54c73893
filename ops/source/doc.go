// Package source reads the text that says where a model comes from: a path, or
// "synth:" and a seed. It grows the synthetic checkpoints; files are opened by
// package ingredient.
//
// Invariants: the same synth: text names the same values for ever (version 1),
// whatever is asked for first and in whatever pieces; no text makes it read a
// file.
//
// It must not know recipes, mixes or the store.
package source
