package fsx

import (
	"io/fs"
	"unsafe"
)

// pageSize is what O_DIRECT wants buffers, offsets and lengths to be multiples of.
const pageSize = 4096

// AlignedBuffer returns n bytes at an address that is a multiple of 4096.
// Their content is unspecified. Large buffers live outside Go's heap in huge
// pages where the system has them, and are reused after FreeBuffer: the first
// touch of memory costs more than the mixing that happens in it.
func AlignedBuffer(n int) []byte {
	if b := largeBuffer(n); b != nil {
		return b
	}
	b := make([]byte, n+pageSize-1)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) & (pageSize - 1))
	return b[skip : skip+n : skip+n]
}

// FreeBuffer gives a buffer of AlignedBuffer back; nobody may use it any more.
// b must begin where the buffer began, at any length.
func FreeBuffer(b []byte) { freeLarge(b) }

// UmaskPerm is what perm becomes under the process's umask.
func UmaskPerm(perm fs.FileMode) fs.FileMode { return perm &^ umask() }
