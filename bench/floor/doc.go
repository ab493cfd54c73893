// Command floor is the plain program that cosmo's pours are measured against:
// it reads the same files, durably writes as many bytes, and does nothing
// else. No program that reads and writes as much can be faster than the disk,
// and this tells how fast the disk is, on the same machine in the same minute.
//
//	floor pour -reads A,B,… -write FILE -count 10 -size BYTES [-cold]
//	floor write -file FILE -size BYTES
//
// pour reads every given file once from end to end and at the same time writes
// FILE.0, FILE.1 and so on; write only writes. A file is written when its space
// has been allocated, its bytes have gone to the disk past the page cache
// (O_DIRECT, on Linux) and fsync has returned. The files must not exist before,
// and are removed afterwards unless -keep is given; neither that nor the
// preparation of the data is timed.
//
// The result is one line of JSON: bytes read, bytes written, the seconds from
// the first request to the last fsync, and GB (10⁹ bytes) written per second.
//
// It does not import cosmo's own packages: a peer that shared their code would
// share their mistakes.
package main
