package main

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"
	"unsafe"
)

// align is what O_DIRECT asks of addresses, offsets and lengths.
const align = 4096

// readBlock is the bytes of one read.
const readBlock = 1 << 20

// A load is what to read and write.
type load struct {
	reads, writes []string
	count         int   // files to write
	size          int64 // bytes of each
	block         int   // bytes of one write, a multiple of align
	writers       int   // writes in flight
}

// A result is what was done, in bytes, and how long it took.
type result struct {
	Read    int64   `json:"read_bytes"`
	Written int64   `json:"written_bytes"`
	Seconds float64 `json:"seconds"`
	Rate    float64 `json:"written_gb_per_s"`
}

// run reads and writes everything at once.
func (l *load) run(keep bool) (r result, err error) {
	data := alignedBuffer(l.block)
	random := rand.NewChaCha8([32]byte{})
	random.Read(data) // a disk may be quick with zeros

	if !keep {
		defer func() {
			for _, name := range l.writes {
				if e := os.Remove(name); !errors.Is(e, os.ErrNotExist) {
					err = errors.Join(err, e)
				}
			}
		}()
	}

	var (
		group sync.WaitGroup
		errs  = make([]error, len(l.reads)+l.writers)
		read  = make([]int64, len(l.reads))
		next  = make(chan string, len(l.writes))
		start = time.Now()
	)
	for i, name := range l.reads {
		group.Go(func() { read[i], errs[i] = readFile(name) })
	}
	for _, name := range l.writes {
		next <- name
	}
	close(next)
	for i := range l.writers {
		group.Go(func() {
			for name := range next {
				if err := l.writeFile(name, data); err != nil {
					errs[len(l.reads)+i] = err
					return
				}
			}
		})
	}
	group.Wait()
	r.Seconds = time.Since(start).Seconds()
	for _, n := range read {
		r.Read += n
	}
	r.Written = int64(len(l.writes)) * l.size
	r.Rate = float64(r.Written) / r.Seconds / 1e9
	return r, errors.Join(errs...)
}

// readFile reads a file once from end to end and returns its length.
func readFile(name string) (int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := alignedBuffer(readBlock)
	for at := int64(0); ; {
		n, err := f.ReadAt(block, at)
		at += int64(n)
		switch {
		case err == io.EOF:
			return at, nil
		case err != nil:
			return at, err
		}
	}
}

// alignedBuffer returns n bytes at an address that O_DIRECT accepts.
func alignedBuffer(n int) []byte {
	b := make([]byte, n+align)
	skip := -uintptr(unsafe.Pointer(&b[0])) % align
	return b[skip:][:n:n]
}
