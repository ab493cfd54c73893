package release

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

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

// ErrForeign says that something that is not ours is in a release's place.
var ErrForeign = errors.New("another file is there")

// Placed reports whether path already is the object: the same file, or a copy
// with the same size that is younger than it is cheap to doubt.
func Placed(f fsx.FS, object, path string) bool {
	a, err := f.Stat(object)
	if err != nil {
		return false
	}
	b, err := f.Stat(path)
	if err != nil {
		return false
	}
	return a.Dev == b.Dev && a.Ino == b.Ino && a.Ino != 0
}

// Place puts an object of the store at path, whole or not at all. A file that
// is there already is set aside under a name ending in ".old" unless it is
// known (old) to be an earlier release of ours.
func Place(f fsx.FS, object, path string, link Link, known func(fsx.Identity) bool) error {
	dir := filepath.Dir(path)
	if err := f.MkdirAll(dir); err != nil {
		return fmt.Errorf("make folder of %s: %w", path, err)
	}
	tmp := path + ".cosmo-tmp"
	if err := f.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear %s: %w", tmp, err)
	}
	if err := fill(f, object, tmp, link); err != nil {
		return fmt.Errorf("place %s: %w", path, err)
	}
	if info, err := f.Stat(path); err == nil && !known(info.Identity) {
		if info.IsDir {
			_ = f.Remove(tmp)
			return fmt.Errorf("place %s: there is a folder of that name", path)
		}
		if err := f.Rename(path, path+".old"); err != nil {
			return fmt.Errorf("set %s aside: %w", path, err)
		}
	}
	if err := f.Rename(tmp, path); err != nil {
		return fmt.Errorf("place %s: %w", path, err)
	}
	// Renaming one hard link onto another of the same file does nothing and
	// leaves the first: clear it.
	if err := f.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear %s: %w", tmp, err)
	}
	return f.SyncDir(dir)
}

// fill makes tmp the object's bytes by the cheapest way that link allows.
func fill(f fsx.FS, object, tmp string, link Link) error {
	if link == LinkAuto || link == LinkReflink {
		err := f.Clone(object, tmp)
		if err == nil || link == LinkReflink {
			return err
		}
		_ = f.Remove(tmp)
	}
	if link == LinkAuto || link == LinkHard {
		err := f.Link(object, tmp)
		if err == nil || link == LinkHard {
			return err
		}
	}
	return copyFile(f, object, tmp)
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
