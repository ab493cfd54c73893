package fsx

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// WriteFile replaces a small file whole or not at all, durably. mode is what the
// file gets; 0 is what the umask leaves of 0666.
func WriteFile(f FS, path string, b []byte, mode fs.FileMode) (err error) {
	tmp := path + ".cosmo-tmp"
	if err := f.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := f.Create(tmp, CreateOptions{Perm: 0o666})
	if err != nil {
		return err
	}
	_, err = file.WriteAt(b, 0)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil && mode != 0 {
		err = f.Chmod(tmp, mode)
	}
	if err == nil {
		err = f.Rename(tmp, path)
	}
	if err != nil {
		_ = f.Remove(tmp)
		return err
	}
	return f.SyncDir(filepath.Dir(path))
}
