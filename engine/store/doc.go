// Package store keeps what ops made, on disk, by content, for any number of
// processes and recipes at once.
//
//	format            "cosmo store 1"; written last, so it vouches for the rest
//	lock              held shared by every user, exclusively by GC
//	objects/ab/…      whole ordinary files, mode 0444
//	blobs/ab/…        small files named by their SHA-256: lists, records
//	index/ab/….json   entries: what making a key gave
//	…/lock            held for the moment in which a name is decided
//	remembered/….json digests of files that stay where they are
//	roots/, runs/     what GC keeps
//	locks/            one file per key in progress
//	tmp/              files on their way, each with the lock of its maker
//	corrupt/, alarms/ what was found damaged, and keys that gave two results
//
// Invariants: data is durable before its name, and an object before the entry
// that names it, so a crash anywhere leaves garbage and never a wrong or
// dangling entry. An entry that cannot be trusted (torn, altered, its object
// gone or touched) is a miss, never an error: its producer runs again. One key
// has one root for ever; a second one raises an alarm. The store never writes
// or removes a file outside its folder, and never through a hard link.
//
// It must not know what an op means, what is in an object, or what time it is.
package store
