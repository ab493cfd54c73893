package fsx

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
)

// FS is a file system. Names are those of the host. Methods are safe for use
// by many goroutines.
type FS interface {
	// Create makes a new file, open for reading and writing. It fails with an
	// error that is fs.ErrExist if the name is taken.
	Create(name string, opt CreateOptions) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Rename moves a file, replacing what has the new name in one step.
	Rename(old, new string) error
	// Link gives a file a second name.
	Link(old, new string) error
	// Clone makes a new file that shares the old one's blocks until either is
	// written. The error is ErrUnsupported where the file system cannot.
	Clone(old, new string) error
	Remove(name string) error
	// MkdirAll makes a folder and those above it; it may be there already.
	MkdirAll(name string) error
	// ReadDir lists a folder, sorted by name. Infos carry the base name. What
	// vanishes meanwhile is left out.
	ReadDir(name string) ([]Info, error)
	Stat(name string) (Info, error)
	ReadFile(name string) ([]byte, error)
	Chmod(name string, mode fs.FileMode) error
	// SyncDir makes renames, links and removals in a folder durable.
	SyncDir(name string) error
	// Free is how many bytes an ordinary user can still write below dir.
	Free(dir string) (int64, error)
	// Lock takes an advisory lock on a file, which it creates if need be.
	// Holders exclude each other even within a process, and the kernel releases
	// the lock when its holder dies. Without wait, a lock that is taken gives an
	// error that is ErrLocked.
	Lock(name string, mode LockMode, wait bool) (unlock func() error, err error)
}

// File is an open file. ReadAt and WriteAt may be called by many goroutines.
type File interface {
	io.ReaderAt
	io.WriterAt
	Name() string
	Truncate(size int64) error
	// Allocate makes the file size bytes long and takes the space on disk now,
	// so that a full disk shows here (IsNoSpace) and not in a later write.
	Allocate(size int64) error
	Sync() error
	Close() error
	Stat() (Info, error)
	// Direct reports whether the page cache is bypassed. Buffers, offsets and
	// lengths must then be multiples of 4096: see AlignedBuffer.
	Direct() bool
	// SetDirect turns that on or off. Turning it on where it cannot be had is
	// no error: Direct tells.
	SetDirect(on bool) error
	// Advise is a hint about the n bytes at off; n = 0 means to the end.
	Advise(off, n int64, a Advice) error
}

// CreateOptions says how to make a file.
type CreateOptions struct {
	Direct bool        // bypass the page cache if possible
	Perm   fs.FileMode // before the umask; 0 means 0666
}

// LockMode says who else may hold a lock.
type LockMode int

const (
	Shared LockMode = iota
	Exclusive
)

// Advice is what a reader plans to do.
type Advice int

const (
	WillNeed Advice = iota
	DontNeed
	Sequential
)

// Info describes a file.
type Info struct {
	Name  string
	Mode  fs.FileMode
	IsDir bool
	Identity
}

// Identity tells whether a file is still the one that was seen before. Times
// are nanoseconds since 1970. CTime moves with every change of content, name
// or mode and cannot be set back; it is 0 where there is none. Ino is 0 where
// files have no number: such an identity identifies nothing.
type Identity struct {
	Dev   uint64 `json:"dev"`
	Ino   uint64 `json:"ino"`
	Size  int64  `json:"size"`
	MTime int64  `json:"mtime"`
	CTime int64  `json:"ctime"`
}

// ErrUnsupported says that the operating or file system cannot do this.
var ErrUnsupported = errors.ErrUnsupported

// ErrLocked says that somebody else holds a lock.
var ErrLocked = errors.New("locked by another process")

// IsNoSpace reports whether an error means that the disk or quota is full.
func IsNoSpace(err error) bool { return errors.Is(err, syscall.ENOSPC) || isNoSpace(err) }

// OS returns the operating system's files.
func OS() FS { return osFS{} }
