// Package fsx is everything this program asks of the operating system's files,
// behind one small interface: unbuffered writes, space allocated up front,
// clones, hard links, locks that die with their holder, and identities by
// which a file is known again without reading it.
//
// OS is the real thing. On Linux it uses O_DIRECT, fallocate, FICLONE and
// flock; elsewhere a portable path does the same work with what there is.
// Package faultfs wraps any FS to count, fail and kill its calls in tests.
//
// Invariants: a method that a system lacks either falls back to one with the
// same effect (Allocate to Truncate, O_DIRECT to the page cache) or returns an
// error that is ErrUnsupported; nothing is silently skipped but hints (Advise)
// and SyncDir on Windows, where folders cannot be synced.
//
// It knows nothing of the store, of models or of recipes.
package fsx
