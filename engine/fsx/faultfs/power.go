package faultfs

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"cosmo/engine/fsx"
)

// disk is what a power cut takes away: bytes that were not synced, and changes
// of names in folders that were not synced.
type disk struct {
	inner fsx.FS
	data  bool   // bytes are lost
	keep  string // "" if names are not lost
	kept  int    // files in keep

	dirty   map[string]bool // files with unsynced bytes, by the name they have now
	changes []change        // of names, oldest first
}

// change is a name that is not durable yet.
type change struct {
	dir  string // the folder whose sync makes it so
	undo func() error
}

// LoseData makes death that of the machine: a file with bytes that were not
// synced is empty afterwards.
func (f *FS) LoseData() *FS { f.disk.data = true; return f }

// LoseNames makes death that of the machine: what was created, linked, renamed
// or removed in a folder, and folders that were made in it, are as they were
// when it was last synced. keep is an empty folder on the same disk, where what
// was removed waits for that.
func (f *FS) LoseNames(keep string) *FS { f.disk.keep = keep; return f }

// write notes whether a file has unsynced bytes.
func (d *disk) write(name string, dirty bool) {
	if delete(d.dirty, name); dirty {
		d.dirty[name] = true
	}
}

// syncDir makes the names in a folder durable.
func (d *disk) syncDir(dir string) {
	var left []change
	for _, c := range d.changes {
		if c.dir != filepath.Clean(dir) {
			left = append(left, c)
		}
	}
	d.changes = left
}

func (d *disk) changed(name string, undo func() error) {
	if d.keep != "" {
		d.changes = append(d.changes, change{filepath.Dir(name), undo})
	}
}

// appeared notes a name that was not there before.
func (d *disk) appeared(name string) {
	d.changed(name, func() error { return d.away(name) })
}

// away takes a file or folder out of sight.
func (d *disk) away(name string) error {
	d.kept++
	return d.move(name, filepath.Join(d.keep, strconv.Itoa(d.kept)))
}

// move renames what is there; later changes may have moved it already.
func (d *disk) move(from, to string) error {
	if err := d.inner.Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// save keeps what has a name that is about to be lost, and returns how it comes
// back.
func (d *disk) save(name string) (restore func() error, err error) {
	if d.keep == "" {
		return func() error { return nil }, nil
	}
	d.kept++
	to := filepath.Join(d.keep, strconv.Itoa(d.kept))
	err = d.inner.Link(name, to)
	if errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil
	}
	return func() error { return d.move(to, name) }, err
}

func (d *disk) rename(old, new string) error {
	restore, err := d.save(new)
	if err == nil {
		err = d.inner.Rename(old, new)
	}
	if err != nil {
		return err
	}
	d.write(new, d.dirty[old])
	delete(d.dirty, old)
	d.changed(new, func() error { return errors.Join(d.move(new, old), restore()) })
	return nil
}

func (d *disk) remove(name string) error {
	restore, err := d.save(name)
	if err == nil {
		err = d.inner.Remove(name)
	}
	if err != nil {
		return err
	}
	delete(d.dirty, name)
	d.changed(name, restore)
	return nil
}

func (d *disk) mkdirAll(name string) error {
	var fresh []string // the highest last
	for dir := filepath.Clean(name); d.keep != ""; dir = filepath.Dir(dir) {
		if _, err := d.inner.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		fresh = append(fresh, dir)
	}
	err := d.inner.MkdirAll(name)
	for i := len(fresh) - 1; i >= 0; i-- {
		d.appeared(fresh[i])
	}
	return err
}

// cut takes away what is not durable.
func (d *disk) cut() error {
	var errs []error
	if d.data {
		for name := range d.dirty {
			errs = append(errs, d.empty(name))
		}
	}
	for i := len(d.changes) - 1; i >= 0; i-- {
		errs = append(errs, d.changes[i].undo())
	}
	return errors.Join(errs...)
}

func (d *disk) empty(name string) error {
	if err := d.inner.Remove(name); err != nil {
		if errors.Is(err, fs.ErrNotExist) { // removed while it was open
			return nil
		}
		return err
	}
	f, err := d.inner.Create(name, fsx.CreateOptions{})
	if err != nil {
		return err
	}
	return f.Close()
}
