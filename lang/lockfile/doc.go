// Package lockfile reads and writes the lock beside a recipe: what a recipe's
// sources, operations and outputs were when it was applied.
//
// Invariants: the same lock gives the same bytes, one value a line, sorted by
// name, made for review; what Bytes writes, Read reads back equal; unknown
// attributes, blocks and versions are errors, since a lock that is half
// understood pins nothing.
//
// What it must not know: recipes, the store, the file system.
package lockfile
