package fsx

import (
	"sync"

	"golang.org/x/sys/unix"
)

const (
	hugePage = 2 << 20
	// poolLimit bounds the memory kept for reuse.
	poolLimit = 1 << 30
)

// pool holds freed mappings by capacity.
var pool struct {
	sync.Mutex
	free map[int][][]byte
	size int
}

// largeBuffer maps memory for buffers of a huge page and more. It returns nil
// when n is small or memory cannot be had: the heap will then do, or say so.
func largeBuffer(n int) []byte {
	if n < hugePage {
		return nil
	}
	size := (n + hugePage - 1) / hugePage * hugePage
	pool.Lock()
	if l := pool.free[size]; len(l) > 0 {
		b := l[len(l)-1]
		pool.free[size] = l[:len(l)-1]
		pool.size -= size
		pool.Unlock()
		return b[:n]
	}
	pool.Unlock()
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil
	}
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // kernels without huge pages give small ones
	return b[:n]
}

func freeLarge(b []byte) {
	b = b[:cap(b)]
	if len(b) < hugePage || len(b)%hugePage != 0 {
		return // of the heap
	}
	pool.Lock()
	defer pool.Unlock()
	if pool.size+len(b) > poolLimit {
		_ = unix.Munmap(b) // refuses what it did not map
		return
	}
	if pool.free == nil {
		pool.free = map[int][][]byte{}
	}
	pool.free[len(b)] = append(pool.free[len(b)], b)
	pool.size += len(b)
}
