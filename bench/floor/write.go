package main

import (
	"errors"
	"os"
	"sync"
)

// depth is how many writes of one file are in flight: a disk wants a queue.
var depth = 4

// writeFile writes size bytes durably: space first, then data past the page
// cache, then fsync.
func (l *load) writeFile(name string, data []byte) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := allocate(f, l.size); err != nil {
		return err
	}
	if err := setDirect(f); err != nil {
		return err
	}
	var group sync.WaitGroup

	errs := make([]error, depth)
	next := make(chan int64, depth)
	for i := range depth {
		group.Go(func() {
			for at := range next {
				if errs[i] != nil {
					continue
				}
				// The last block is padded to whole pages and cut off below.
				n := min(int64(len(data)), (l.size-at+align-1)/align*align)
				_, errs[i] = f.WriteAt(data[:n], at)
			}
		})
	}
	for at := int64(0); at < l.size; at += int64(len(data)) {
		next <- at
	}
	close(next)
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := f.Truncate(l.size); err != nil {
		return err
	}
	return f.Sync()
}
