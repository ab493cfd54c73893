// Package digest names bytes: SHA-256 sums, and hashing many streams at once.
//
// A pour hashes every output twice (the whole file for hubs and pins, each
// tensor for the root), and on two cores that costs more than the mixing
// itself. So besides crypto/sha256, which is the portable path and the oracle
// of the tests, the package advances several independent streams in the lanes
// of one vector register where the CPU has AVX-512.
//
// It knows nothing of files, tensors or recipes.
package digest
