// Package ingredient gets the checkpoints that a recipe names: files that stay
// where they are, hashed once when first seen and remembered by their
// identity, and synthetic ones, made once as ordinary objects of the store.
//
// Invariants: a file is read whole at most once per identity; what is
// remembered was true of the bytes that were read, not of a file that changed
// meanwhile; a pin is checked before anything is made of the file.
//
// It must not know recipes or mixes.
package ingredient
