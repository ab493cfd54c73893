// Command gen writes the assembly of package digest: SHA-256 of several streams
// at once, in the lanes of vectors (lanes.go), in turns on the SHA unit (sha.go)
// and with both (mixed.go).
package main
