package faultfs

import (
	"errors"

	"cosmo/engine/fsx"
)

// file is an open file whose calls are counted. Hints and Close are not: they
// do not touch storage.
type file struct {
	fsx.File
	fs *FS
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if _, err := f.fs.enter("read", f.Name()); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	half, err := f.fs.enter("write", f.Name())
	if half {
		n := len(p) / 2
		if f.Direct() {
			n = n / 4096 * 4096
		}
		n, werr := f.File.WriteAt(p[:n], off)
		return n, errors.Join(err, werr)
	}
	if err == nil {
		err = f.fs.take("write", f.Name(), int64(len(p)))
	}
	if err != nil {
		return 0, err
	}
	f.dirty(true)
	return f.File.WriteAt(p, off)
}

// dirty notes whether there are bytes that were not synced.
func (f *file) dirty(dirty bool) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.fs.disk.write(f.Name(), dirty)
}

func (f *file) Truncate(size int64) error {
	if _, err := f.fs.enter("truncate", f.Name()); err != nil {
		return err
	}
	f.dirty(true)
	return f.File.Truncate(size)
}

func (f *file) Allocate(size int64) error {
	_, err := f.fs.enter("allocate", f.Name())
	if err == nil {
		err = f.fs.take("allocate", f.Name(), size)
	}
	if err != nil {
		return err
	}
	f.dirty(true)
	return f.File.Allocate(size)
}

func (f *file) Sync() error {
	if _, err := f.fs.enter("sync", f.Name()); err != nil {
		return err
	}
	err := f.File.Sync()
	if err == nil {
		f.dirty(false)
	}
	return err
}

func (f *file) Stat() (fsx.Info, error) {
	if _, err := f.fs.enter("fstat", f.Name()); err != nil {
		return fsx.Info{}, err
	}
	return f.File.Stat()
}
