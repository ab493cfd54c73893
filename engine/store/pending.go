package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// Pending is a file on its way into the store. It lies in a slot of tmp/
// ("tmp/7", with "tmp/7.lock" locked as long as its maker lives), so what a
// killed process leaves is known by its free lock and cleared away.
type Pending struct {
	s      *Store
	slot   int
	unlock func() error
	file   fsx.File
	name   string
	size   int64 // 0: not known before
	perm   fs.FileMode
	closed bool
	done   bool
}

// NewObject starts an object of size bytes, 0 if that is not known yet. Its
// space is taken on disk at once: a full disk shows here (fsx.IsNoSpace). With
// direct its File bypasses the page cache if it can.
func (s *Store) NewObject(size int64, direct bool) (*Pending, error) {
	p, err := s.newPending(size, direct, 0o444)
	if err != nil {
		return nil, err
	}
	if size > 0 {
		if err := p.file.Allocate(size); err != nil {
			p.Abort()
			return nil, fmt.Errorf("allocate object: %w", err)
		}
	}
	return p, nil
}

func (s *Store) newPending(size int64, direct bool, perm fs.FileMode) (*Pending, error) {
	p := &Pending{s: s, size: size, perm: perm}
	if err := p.takeSlot(); err != nil {
		return nil, fmt.Errorf("make temporary: %w", err)
	}
	var err error
	if p.file, err = s.fs.Create(p.name, fsx.CreateOptions{Direct: direct, Perm: 0o666}); err != nil {
		p.release()
		return nil, fmt.Errorf("make temporary: %w", err)
	}
	return p, nil
}

// release ends a Pending's life.
func (p *Pending) release() {
	_ = p.unlock() // closing the file releases the lock whatever it says
	p.s.giveSlot(p.slot)
	p.done = true
}

// File is what to write into. The Pending closes it.
func (p *Pending) File() fsx.File { return p.file }

// Abort drops the file, unless it was committed: deferring it is fine.
func (p *Pending) Abort() {
	if p.done {
		return
	}
	if !p.closed {
		_ = p.file.Close() // what was written is dropped anyway
	}
	_ = p.s.fs.Remove(p.name) // if not now, when the slot is next taken
	p.release()
}

// Commit makes the file durable, read-only and an object called name, and
// returns its path relative to the store and its identity. An object that has
// the name and the same bytes stays, and ours is dropped; one with other bytes
// (changed through a hard link, or damaged) is set aside. A file of another
// size than NewObject was told is refused.
func (p *Pending) Commit(name digest.Sum, ext string) (rel string, id fsx.Identity, err error) {
	rel, err = place("objects", name, ext)
	if err == nil {
		id, err = p.commit(rel)
	}
	if err != nil {
		p.Abort()
		return "", id, fmt.Errorf("commit object: %w", err)
	}
	return rel, id, nil
}

func (p *Pending) commit(rel string) (fsx.Identity, error) {
	if p.done {
		return fsx.Identity{}, errors.New("it was committed or aborted before")
	}
	if err := p.seal(); err != nil {
		return fsx.Identity{}, err
	}
	// Two makers of one object must not rename over each other: entries know
	// the file by its mtime. Naming takes no time, comparing is rare.
	unlock, err := p.s.lockNames()
	if err != nil {
		return fsx.Identity{}, err
	}
	defer unlock()
	old, err := p.compare(rel)
	if err == nil && old == other {
		err = p.s.setAside(rel)
	}
	switch {
	case err != nil:
	case old == same:
		p.Abort()
		err = p.s.settle(rel) // whoever renamed it may not have come that far
	default:
		err = p.publish(rel)
	}
	if err != nil {
		return fsx.Identity{}, err
	}
	info, err := p.s.fs.Stat(p.s.Abs(rel))
	return info.Identity, err
}

// seal makes the content final and durable.
func (p *Pending) seal() error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if p.size > 0 && info.Size != p.size {
		return fmt.Errorf("it is %d bytes long and should be %d", info.Size, p.size)
	}
	if perm := fsx.UmaskPerm(p.perm); perm&0o222 == 0 {
		if err := p.s.fs.Chmod(p.name, perm); err != nil {
			return err
		}
	}
	return p.file.Sync()
}

// publish gives the sealed file its name, durably.
func (p *Pending) publish(rel string) error {
	s := p.s
	p.closed = true // one way or the other
	if err := p.file.Close(); err != nil {
		return err
	}
	if err := s.makeShard(path.Dir(rel)); err != nil {
		return err
	}
	err := s.fs.Rename(p.name, s.Abs(rel))
	if err != nil {
		// A folder of that name would be in the way for good.
		if info, serr := s.fs.Stat(s.Abs(rel)); serr == nil && info.IsDir && s.setAside(rel) == nil {
			err = s.fs.Rename(p.name, s.Abs(rel))
		}
	}
	if err != nil {
		return err
	}
	p.release()
	return s.settle(rel)
}

// twin is what has an object's name already.
type twin int

const (
	none twin = iota
	same
	other
)

// compare says whether the file rel is there and has our bytes. Twins are rare
// (two keys that give one result), so they are read in full: a file that was
// tampered with must not survive the making of a sound one.
func (p *Pending) compare(rel string) (twin, error) {
	f, err := p.s.fs.Open(p.s.Abs(rel))
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	defer f.Close()
	theirs, err := f.Stat()
	if err != nil {
		return none, err
	}
	ours, err := p.file.Stat()
	if err != nil {
		return none, err
	}
	if ours.Size != theirs.Size {
		return other, nil
	}
	if err := p.file.SetDirect(false); err != nil {
		return none, err
	}
	const block = 1 << 20
	a, b := make([]byte, block), make([]byte, block)
	for off := int64(0); off < ours.Size; off += block {
		n := min(block, ours.Size-off)
		if err := readFull(p.file, a[:n], off); err != nil {
			return none, err
		}
		if err := readFull(f, b[:n], off); err != nil || !bytes.Equal(a[:n], b[:n]) {
			return other, nil // one that cannot be read is replaced as well
		}
	}
	return same, nil
}

// readFull reads len(b) bytes at off or fails.
func readFull(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
