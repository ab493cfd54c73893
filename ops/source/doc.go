// Package source reads the text that says where a model comes from, and grows
// the synthetic checkpoints that "synth:" names. Files are opened by package
// ingredient.
//
// Invariants: a synth: text names the same values for ever (Version), whatever
// is asked for first and in whatever pieces; no text makes it read a file.
//
// It must not know recipes, mixes or the store.
package source
