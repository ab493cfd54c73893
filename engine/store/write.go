package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// PutBlob stores a small file by its SHA-256 and returns its path relative to
// the store. ext is "" or ".txt" and the like.
func (s *Store) PutBlob(ext string, b []byte) (rel string, sum digest.Sum, err error) {
	sum = digest.Of(b)
	if rel, err = place("blobs", sum, ext); err != nil {
		return "", sum, err
	}
	if len(b) > maxSmall {
		return "", sum, fmt.Errorf("store blob: %d bytes are not small", len(b))
	}
	if old, err := s.readSmall(s.Abs(rel), maxSmall); err == nil && bytes.Equal(old, b) {
		return rel, sum, wrap("store blob", s.settle(rel))
	}
	p, err := s.newPending(int64(len(b)), false, 0o444)
	if err != nil {
		return "", sum, fmt.Errorf("store blob: %w", err)
	}
	defer p.Abort()
	if _, err = p.file.WriteAt(b, 0); err == nil {
		_, err = p.commit(rel)
	}
	if err != nil {
		return "", sum, fmt.Errorf("store blob: %w", err)
	}
	return rel, sum, nil
}

// write makes the small file rel whole and durable, or leaves what was there.
func (s *Store) write(rel string, b []byte, perm fs.FileMode) error {
	p, err := s.newPending(int64(len(b)), false, perm)
	if err != nil {
		return err
	}
	defer p.Abort()
	if _, err := p.file.WriteAt(b, 0); err != nil {
		return fmt.Errorf("write %s: %w", rel, err)
	}
	if err := p.seal(); err != nil {
		return fmt.Errorf("write %s: %w", rel, err)
	}
	return wrap("write "+rel, p.publish(rel))
}

// makeShard makes the folder "objects/ab" unless that was done before.
func (s *Store) makeShard(dir string) error {
	s.mu.Lock()
	known := s.synced[dir]
	s.mu.Unlock()
	if known || path.Dir(dir) == "." {
		return nil
	}
	return s.fs.MkdirAll(s.Abs(dir))
}

// settle makes the name rel durable, and once for every Store that of the
// folder it is in: another process may have made that and died.
func (s *Store) settle(rel string) error {
	dir := path.Dir(rel)
	if err := s.fs.SyncDir(s.Abs(dir)); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	s.mu.Lock()
	known := s.synced[dir]
	s.mu.Unlock()
	if up := path.Dir(dir); up != "." && !known {
		if err := s.fs.SyncDir(s.Abs(up)); err != nil {
			return fmt.Errorf("sync folder: %w", err)
		}
		s.mu.Lock()
		s.synced[dir] = true
		s.mu.Unlock()
	}
	return nil
}

// setAsideIf sets a file aside if it still is the one that was found wrong:
// its producer may have run again meanwhile.
func (s *Store) setAsideIf(rel string, was fsx.Identity) error {
	unlock, err := s.lockNames()
	if err != nil {
		return err
	}
	defer unlock()
	info, err := s.fs.Stat(s.Abs(rel))
	if isMissing(err) {
		return nil
	}
	if err != nil || info.Ino != was.Ino || info.Size != was.Size || info.MTime != was.MTime {
		return err
	}
	return s.setAside(rel)
}

// setAside moves a file that is not what its name says into corrupt/. Only
// the store's own name of it moves: a release that is a hard link stays.
func (s *Store) setAside(rel string) error {
	base := path.Base(rel)
	for n := 0; ; n++ {
		to := "corrupt/" + base
		if n > 0 {
			to += "." + strconv.Itoa(n)
		}
		_, err := s.fs.Stat(s.Abs(to))
		if err == nil {
			continue // from an earlier time
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = s.fs.Rename(s.Abs(rel), s.Abs(to))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set %s aside: %w", rel, err)
		}
		return nil
	}
}

// lockNames is held while names in objects/ and blobs/ are decided.
func (s *Store) lockNames() (unlock func() error, err error) {
	return s.fs.Lock(s.Abs("objects/lock"), fsx.Exclusive, true)
}
