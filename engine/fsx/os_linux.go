package fsx

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

func changeTime(st *syscall.Stat_t) int64 { return syscall.TimespecToNsec(st.Ctim) }

func (o osFS) Clone(old, new string) (err error) {
	src, err := os.Open(old)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := o.Create(new, CreateOptions{})
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, dst.Close()); err != nil {
			err = errors.Join(err, os.Remove(new))
		}
	}()
	var ioctl error
	err = dst.(*osFile).control(func(fd int) { ioctl = unix.IoctlFileClone(fd, int(src.Fd())) })
	switch {
	case err != nil:
		return err
	case ioctl == nil:
		return nil
	}
	for _, e := range []error{unix.EOPNOTSUPP, unix.EXDEV, unix.EINVAL, unix.ENOTTY, unix.ENOSYS} {
		if errors.Is(ioctl, e) {
			ioctl = ErrUnsupported
		}
	}
	return &os.LinkError{Op: "clone", Old: old, New: new, Err: ioctl}
}

func (f *osFile) Allocate(size int64) error {
	if size <= 0 {
		return f.Truncate(0)
	}
	var alloc error
	err := f.control(func(fd int) {
		for {
			if alloc = unix.Fallocate(fd, 0, 0, size); !errors.Is(alloc, unix.EINTR) {
				return
			}
		}
	})
	switch {
	case err != nil:
		return err
	case alloc == nil:
		return nil
	case errors.Is(alloc, unix.EOPNOTSUPP), errors.Is(alloc, unix.ENOSYS):
		return f.Truncate(size)
	}
	return &fs.PathError{Op: "allocate", Path: f.Name(), Err: alloc}
}

func (f *osFile) SetDirect(on bool) error {
	var set error
	err := f.control(func(fd int) {
		var flags int
		if flags, set = unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); set != nil {
			return
		}
		if flags &^= unix.O_DIRECT; on {
			flags |= unix.O_DIRECT
		}
		_, set = unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags)
	})
	switch {
	case err != nil:
		return err
	case set == nil:
		f.direct = on
	case !on || !errors.Is(set, unix.EINVAL): // EINVAL: this file system has no O_DIRECT
		return &fs.PathError{Op: "fcntl", Path: f.Name(), Err: set}
	}
	return nil
}

func (f *osFile) Advise(off, n int64, a Advice) error {
	advice := map[Advice]int{WillNeed: unix.FADV_WILLNEED, DontNeed: unix.FADV_DONTNEED, Sequential: unix.FADV_SEQUENTIAL}[a]
	var adv error
	if err := f.control(func(fd int) { adv = unix.Fadvise(fd, off, n, advice) }); err != nil {
		return err
	}
	if adv != nil {
		return &fs.PathError{Op: "fadvise", Path: f.Name(), Err: adv}
	}
	return nil
}

// control lends the descriptor without taking the file out of Go's hands.
func (f *osFile) control(do func(fd int)) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { do(int(fd)) })
}

var umask = sync.OnceValue(func() fs.FileMode {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		if text, ok := strings.CutPrefix(string(line), "Umask:"); ok {
			if m, err := strconv.ParseUint(strings.TrimSpace(text), 8, 32); err == nil {
				return fs.FileMode(m) & fs.ModePerm
			}
		}
	}
	return 0o022 // no /proc: the customary one
})
