//go:build unix && !linux

package fsx

import (
	"io/fs"
	"syscall"
)

// The umask can only be read by setting it. Package variables are initialised
// on one goroutine before main, so no file is made meanwhile.
var initialUmask = func() fs.FileMode {
	m := syscall.Umask(0o022)
	syscall.Umask(m)
	return fs.FileMode(m) & fs.ModePerm
}()

func umask() fs.FileMode { return initialUmask }
