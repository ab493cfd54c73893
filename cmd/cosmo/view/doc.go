// Package view prints. Commands hand it data; it alone knows what a terminal
// is, how wide it is, and what a byte count looks like to a person.
//
// Each command has one interface here, and two implementations of it: Human,
// which writes tables to standard output and progress and diagnostics to
// standard error, and JSON, which writes one object a line to standard output.
// Both are given the same values.
//
// Invariants: a value is printed the same on every machine, but for fields that
// are measurements (in JSON they lie in objects named "measured"); no text that
// comes from a recipe reaches a terminal with its control characters; a live
// region never leaves the cursor hidden once Close was called.
//
// It must not know: flags, files, the store's layout, how anything is made.
package view
