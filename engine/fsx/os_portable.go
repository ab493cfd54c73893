//go:build !linux

package fsx

import "os"

func (osFS) Clone(old, new string) error {
	return &os.LinkError{Op: "clone", Old: old, New: new, Err: ErrUnsupported}
}

func (f *osFile) Allocate(size int64) error           { return f.Truncate(max(size, 0)) }
func (f *osFile) SetDirect(bool) error                { return nil }
func (f *osFile) Advise(off, n int64, a Advice) error { return nil }
