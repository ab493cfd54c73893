// Package digest names bytes: SHA-256 sums, and hashing many streams at once.
//
// A pour hashes every output twice (the whole file for hubs and pins, each
// tensor for the root), and on two cores that costs more than the mixing
// itself. So besides crypto/sha256, which is the portable path and the oracle
// of the tests, the package advances several independent streams at once: in
// turns on the CPU's SHA unit, in the lanes of AVX-512 registers, or both.
//
// It knows nothing of files, tensors or recipes.
package digest
