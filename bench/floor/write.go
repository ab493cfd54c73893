package main

import (
	"errors"
	"os"
)

// writeFile writes size bytes durably: space first, then data past the page
// cache, one block after the other, then fsync.
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
	for at := int64(0); at < l.size; at += int64(len(data)) {
		// The last block is padded to whole pages and cut off below.
		n := min(int64(len(data)), (l.size-at+align-1)/align*align)
		if _, err := f.WriteAt(data[:n], at); err != nil {
			return err
		}
	}
	if err := f.Truncate(l.size); err != nil {
		return err
	}
	return f.Sync()
}
