package fsx

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// osFS is the part of OS that is the same everywhere; the rest is in the files
// named after systems.
type osFS struct{}

func (osFS) Create(name string, opt CreateOptions) (File, error) {
	if opt.Perm == 0 {
		opt.Perm = 0o666
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, opt.Perm)
	if err != nil {
		return nil, err
	}
	// O_DIRECT is switched on afterwards: opening with it may fail and still
	// leave the new file behind.
	o := &osFile{File: f}
	if opt.Direct {
		err = o.SetDirect(true)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(name))
	}
	return o, nil
}

func (osFS) Open(name string) (File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &osFile{File: f}, nil
}

func (osFS) Link(old, new string) error           { return os.Link(old, new) }
func (osFS) Remove(name string) error             { return os.Remove(name) }
func (osFS) MkdirAll(name string) error           { return os.MkdirAll(name, 0o777) }
func (osFS) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

func (osFS) Chmod(name string, mode fs.FileMode) error { return os.Chmod(name, mode) }

func (o osFS) ReadDir(name string) ([]Info, error) {
	list, err := os.ReadDir(name)
	if err != nil {
		return nil, err
	}
	infos := make([]Info, 0, len(list))
	for _, d := range list {
		info, err := o.lstat(filepath.Join(name, d.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func infoOf(fi fs.FileInfo, id Identity) Info {
	return Info{Name: fi.Name(), Mode: fi.Mode(), IsDir: fi.IsDir(), Identity: id}
}

// osFile is an *os.File with what os leaves out.
type osFile struct {
	*os.File
	direct bool
}

func (f *osFile) Direct() bool { return f.direct }
