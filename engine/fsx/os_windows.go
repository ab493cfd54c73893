package fsx

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Rename replaces a read-only file too, as it does elsewhere.
func (osFS) Rename(old, new string) error {
	err := os.Rename(old, new)
	if errors.Is(err, fs.ErrPermission) {
		if fi, serr := os.Stat(new); serr == nil && !fi.IsDir() && os.Chmod(new, 0o666) == nil {
			return os.Rename(old, new)
		}
	}
	return err
}

func (osFS) Stat(name string) (Info, error) { return statName(name, 0) }
func (osFS) lstat(name string) (Info, error) {
	return statName(name, windows.FILE_FLAG_OPEN_REPARSE_POINT)
}

// statName opens the file: os.Stat does not tell file numbers, and without
// them two files of one size unpacked in the same second would be one.
func statName(name string, flags uint32) (Info, error) {
	fi, err := os.Stat(name)
	if flags != 0 {
		fi, err = os.Lstat(name)
	}
	if err != nil {
		return Info{}, err
	}
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return Info{}, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	h, err := windows.CreateFile(p, windows.FILE_READ_ATTRIBUTES, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS|flags, 0)
	if err != nil {
		return Info{}, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	defer windows.CloseHandle(h)
	return infoOf(fi, identityOf(fi, h)), nil
}

func (f *osFile) Stat() (Info, error) {
	fi, err := f.File.Stat()
	if err != nil {
		return Info{}, err
	}
	return infoOf(fi, identityOf(fi, windows.Handle(f.Fd()))), nil
}

// basicInfo is FILE_BASIC_INFO; times count 100 ns.
type basicInfo struct {
	CreationTime, LastAccessTime, LastWriteTime, ChangeTime int64
	Attributes                                              uint32
	_                                                       uint32
}

func identityOf(fi fs.FileInfo, h windows.Handle) Identity {
	id := Identity{Size: fi.Size(), MTime: fi.ModTime().UnixNano()}
	var n windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(h, &n) == nil {
		id.Dev, id.Ino = uint64(n.VolumeSerialNumber), uint64(n.FileIndexHigh)<<32|uint64(n.FileIndexLow)
	}
	var b basicInfo
	if windows.GetFileInformationByHandleEx(h, windows.FileBasicInfo, (*byte)(unsafe.Pointer(&b)), uint32(unsafe.Sizeof(b))) == nil {
		const to1970 = 116444736000000000 // from 1601, where Windows begins to count
		id.CTime = (b.ChangeTime - to1970) * 100
	}
	return id
}

// SyncDir has nothing to do: folders cannot be synced, NTFS journals them.
func (osFS) SyncDir(string) error { return nil }

func (osFS) Free(dir string) (int64, error) {
	p, err := windows.UTF16PtrFromString(dir)
	if err == nil {
		var free uint64
		if err = windows.GetDiskFreeSpaceEx(p, &free, nil, nil); err == nil {
			return int64(min(free, math.MaxInt64)), nil
		}
	}
	return 0, &fs.PathError{Op: "free", Path: dir, Err: err}
}

// Lock locks one byte far behind the end: locks on Windows forbid reading and
// writing what they cover.
func (osFS) Lock(name string, mode LockMode, wait bool) (func() error, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	var flags uint32
	if mode == Exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	if !wait {
		flags |= windows.LOCKFILE_FAIL_IMMEDIATELY
	}
	at := &windows.Overlapped{OffsetHigh: math.MaxInt32}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, at); err != nil {
		f.Close()
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
			return nil, fmt.Errorf("lock %s: %w", name, ErrLocked)
		}
		return nil, &fs.PathError{Op: "lock", Path: name, Err: err}
	}
	return f.Close, nil
}

func isNoSpace(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func umask() fs.FileMode { return 0 }
