package release

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// Link says how a release file comes to its place from the store.
type Link string

// Auto clones where the file system can, else makes a hard link, else copies.
const (
	LinkAuto    Link = "auto"
	LinkReflink Link = "reflink"
	LinkHard    Link = "hard"
	LinkCopy    Link = "copy"
)

// Placed reports whether path is the object itself, under a second name.
func Placed(f fsx.FS, object, path string) bool {
	a, err := f.Stat(object)
	if err != nil {
		return false
	}
	b, err := f.Stat(path)
	return err == nil && a.Dev == b.Dev && a.Ino == b.Ino && a.Ino != 0
}

// PlaceKey is what processes lock to fill a place one at a time.
func PlaceKey(path string) digest.Sum { return digest.Of([]byte("cosmo place 1\n" + path + "\n")) }

// Temporary is where a release lies until it is whole. The caller sees to it
// that one process at a time fills a place.
func Temporary(path string) string { return path + ".cosmo-tmp" }

// Place puts an object of the store at path, whole or not at all. What is there
// already is replaced if ours says so, else set aside.
func Place(f fsx.FS, object, path string, link Link, ours func() bool) error {
	if err := f.MkdirAll(filepath.Dir(path)); err != nil {
		return fmt.Errorf("make folder of %s: %w", path, err)
	}
	tmp := Temporary(path)
	if err := Clear(f, tmp); err != nil {
		return err
	}
	if err := fill(f, object, tmp, link); err != nil {
		_ = f.Remove(tmp) // the reason is told; the next try clears it as well
		return fmt.Errorf("place %s: %w", path, err)
	}
	return Settle(f, path, ours)
}

// Settle gives a whole and durable temporary its place.
func Settle(f fsx.FS, path string, ours func() bool) error {
	tmp := Temporary(path)
	info, err := f.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("place %s: %w", path, err)
	case info.IsDir:
		_ = f.Remove(tmp)
		return fmt.Errorf("place %s: there is a folder of that name", path)
	case !ours():
		if err := setAside(f, path); err != nil {
			return err
		}
	}
	if err := f.Rename(tmp, path); err != nil {
		return fmt.Errorf("place %s: %w", path, err)
	}
	// Renaming one hard link onto another of the same file does nothing and
	// leaves the first.
	if err := Clear(f, tmp); err != nil {
		return err
	}
	return f.SyncDir(filepath.Dir(path))
}

// setAside renames somebody's file to a name that is free: nothing is lost.
func setAside(f fsx.FS, path string) error {
	for n := 1; ; n++ {
		to := path + ".old"
		if n > 1 {
			to = fmt.Sprintf("%s.%d", to, n)
		}
		if _, err := f.Stat(to); errors.Is(err, fs.ErrNotExist) {
			if err := f.Rename(path, to); err != nil {
				return fmt.Errorf("set %s aside: %w", path, err)
			}
			return nil
		} else if err != nil {
			return fmt.Errorf("set %s aside: %w", path, err)
		}
	}
}

// Clear removes a file that may not be there.
func Clear(f fsx.FS, path string) error {
	if err := f.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear %s: %w", path, err)
	}
	return nil
}

// fill makes tmp the object's bytes by the cheapest way that link allows.
func fill(f fsx.FS, object, tmp string, link Link) error {
	if link == LinkAuto || link == LinkReflink {
		err := clone(f, object, tmp)
		if err == nil || link == LinkReflink {
			return err
		}
		if err := Clear(f, tmp); err != nil {
			return err
		}
	}
	if link == LinkAuto || link == LinkHard {
		err := f.Link(object, tmp)
		if err == nil || link == LinkHard {
			return err
		}
	}
	return copyFile(f, object, tmp)
}

// clone makes a durable copy that shares the object's blocks.
func clone(f fsx.FS, object, tmp string) error {
	if err := f.Clone(object, tmp); err != nil {
		return err
	}
	file, err := f.Open(tmp)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func copyFile(f fsx.FS, from, to string) (err error) {
	src, err := f.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := f.Create(to, fsx.CreateOptions{Direct: true, Perm: 0o666})
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, dst.Close()); err != nil {
			_ = f.Remove(to)
		}
	}()
	if err := dst.Allocate(info.Size); err != nil {
		return err
	}
	buf := fsx.AlignedBuffer(4 << 20)
	defer fsx.FreeBuffer(buf)
	for off := int64(0); off < info.Size; {
		n, err := src.ReadAt(buf, off)
		if n == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return err
		}
		pad := (n + 4095) / 4096 * 4096 // O_DIRECT writes whole pages
		if _, err := dst.WriteAt(buf[:pad], off); err != nil {
			return err
		}
		off += int64(n)
	}
	if err := dst.Truncate(info.Size); err != nil {
		return err
	}
	return dst.Sync()
}
