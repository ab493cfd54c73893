package faultfs

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"

	"cosmo/engine/fsx"
)

// ErrKilled is what every call returns after the death of the process.
var ErrKilled = errors.New("faultfs: the process is dead")

// FS is a file system with faults. Set them before use.
type FS struct {
	inner fsx.FS

	mu    sync.Mutex
	calls int
	trace []string
	dead  bool
	locks map[int]func() error
	next  int // number of the next lock

	failAt, failEvery, killAt int
	err                       error
	torn                      bool
	room                      int64 // bytes that can still be written; < 0: any
	disk                      disk
}

// New wraps inner without faults.
func New(inner fsx.FS) *FS {
	return &FS{inner: inner, room: -1, locks: map[int]func() error{}, disk: disk{inner: inner, dirty: map[string]bool{}}}
}

// FailAt lets the n-th call (from 1) fail with err and have no effect.
func (f *FS) FailAt(n int, err error) *FS { f.failAt, f.err = n, err; return f }

// FailEvery lets every n-th call fail with err and have no effect.
func (f *FS) FailEvery(n int, err error) *FS { f.failEvery, f.err = n, err; return f }

// KillAt lets the process die at the n-th call (from 1).
func (f *FS) KillAt(n int) *FS { f.killAt = n; return f }

// Torn lets the write at which the process dies be done by half.
func (f *FS) Torn() *FS { f.torn = true; return f }

// NoSpaceAfter lets writes and allocations beyond so many bytes fail as on a
// full disk. Writing into allocated space counts again.
func (f *FS) NoSpaceAfter(bytes int64) *FS { f.room = bytes; return f }

// Calls is how many calls were made so far.
func (f *FS) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// Trace lists them as "op path", with "op path → path" for those with two.
func (f *FS) Trace() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.trace...)
}

// enter counts a call. It says with which error the call fails, and whether a
// write is to be done by half nevertheless.
func (f *FS) enter(op, path string) (half bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead {
		return false, f.fault(op, path, ErrKilled)
	}
	f.calls++
	f.trace = append(f.trace, op+" "+path)
	switch {
	case f.calls == f.killAt:
		f.dead = true
		for _, unlock := range f.locks {
			_ = unlock() // the kernel closes a dead process's files
		}
		f.locks = nil
		return f.torn, f.fault(op, path, errors.Join(ErrKilled, f.disk.cut()))
	case f.calls == f.failAt, f.failEvery > 0 && f.calls%f.failEvery == 0:
		return false, f.fault(op, path, f.err)
	}
	return false, nil
}

func (f *FS) fault(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// take uses up room on the disk.
func (f *FS) take(op, path string, bytes int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.room < 0 {
		return nil
	}
	if bytes > f.room {
		return f.fault(op, path, syscall.ENOSPC)
	}
	f.room -= bytes
	return nil
}

func (f *FS) Create(name string, opt fsx.CreateOptions) (fsx.File, error) {
	if _, err := f.enter("create", name); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h, err := f.inner.Create(name, opt)
	if err == nil {
		f.disk.appeared(name)
	}
	return f.wrap(h, err)
}

func (f *FS) Open(name string) (fsx.File, error) {
	if _, err := f.enter("open", name); err != nil {
		return nil, err
	}
	return f.wrap(f.inner.Open(name))
}

func (f *FS) wrap(inner fsx.File, err error) (fsx.File, error) {
	if err != nil {
		return nil, err
	}
	return &file{File: inner, fs: f}, nil
}

func (f *FS) Rename(old, new string) error {
	if _, err := f.enter("rename", old+" → "+new); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disk.rename(old, new)
}

func (f *FS) Link(old, new string) error {
	if _, err := f.enter("link", old+" → "+new); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.inner.Link(old, new)
	if err == nil {
		f.disk.appeared(new)
		f.disk.write(new, f.disk.dirty[old])
	}
	return err
}

func (f *FS) Clone(old, new string) error {
	if _, err := f.enter("clone", old+" → "+new); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.inner.Clone(old, new)
	if err == nil {
		f.disk.appeared(new)
		f.disk.write(new, true)
	}
	return err
}

func (f *FS) Remove(name string) error {
	if _, err := f.enter("remove", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disk.remove(name)
}

func (f *FS) MkdirAll(name string) error {
	if _, err := f.enter("mkdir", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.disk.mkdirAll(name)
}

func (f *FS) ReadDir(name string) ([]fsx.Info, error) {
	if _, err := f.enter("readdir", name); err != nil {
		return nil, err
	}
	return f.inner.ReadDir(name)
}

func (f *FS) Stat(name string) (fsx.Info, error) {
	if _, err := f.enter("stat", name); err != nil {
		return fsx.Info{}, err
	}
	return f.inner.Stat(name)
}

func (f *FS) ReadFile(name string) ([]byte, error) {
	if _, err := f.enter("readfile", name); err != nil {
		return nil, err
	}
	return f.inner.ReadFile(name)
}

func (f *FS) Chmod(name string, mode fs.FileMode) error {
	if _, err := f.enter("chmod", name); err != nil {
		return err
	}
	return f.inner.Chmod(name, mode)
}

func (f *FS) SyncDir(name string) error {
	if _, err := f.enter("syncdir", name); err != nil {
		return err
	}
	err := f.inner.SyncDir(name)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.disk.syncDir(name)
	}
	return err
}

// Free is at most what NoSpaceAfter leaves.
func (f *FS) Free(dir string) (int64, error) {
	if _, err := f.enter("free", dir); err != nil {
		return 0, err
	}
	n, err := f.inner.Free(dir)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.room >= 0 {
		n = min(n, f.room)
	}
	return n, err
}

func (f *FS) Lock(name string, mode fsx.LockMode, wait bool) (func() error, error) {
	if _, err := f.enter("lock", name); err != nil {
		return nil, err
	}
	unlock, err := f.inner.Lock(name, mode, wait)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dead { // killed while this call waited
		return nil, errors.Join(f.fault("lock", name, ErrKilled), unlock())
	}
	n := f.next
	f.next++
	f.locks[n] = unlock
	return func() error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if _, held := f.locks[n]; !held {
			return nil
		}
		delete(f.locks, n)
		return unlock()
	}, nil
}
