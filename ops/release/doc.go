// Package release writes what is on and around a bottle: the label in a
// release file's metadata, and the file's place outside the store.
//
// Invariants: a label holds no date, no tool version, no host path and no
// user name, so the same recipe and lock give the same bytes; a place is only
// ever filled with a whole file, and a file that somebody else changed is set
// aside, not overwritten.
//
// It must not know how tensors are made.
package release
