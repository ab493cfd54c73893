package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"cosmo/engine/fsx"
)

// takeSlot finds the first slot that nobody holds and clears it.
func (p *Pending) takeSlot() error {
	s := p.s
	for n := 0; ; n++ {
		s.mu.Lock()
		taken := s.slots[n]
		s.slots[n] = true
		s.mu.Unlock()
		if taken {
			continue
		}
		name := s.Abs("tmp/" + strconv.Itoa(n))
		unlock, err := s.fs.Lock(name+".lock", fsx.Exclusive, false)
		if err == nil {
			p.slot, p.name, p.unlock = n, name, unlock
			if err = s.fs.Remove(name); err == nil || errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			p.release()
			return err
		}
		s.giveSlot(n)
		if !errors.Is(err, fsx.ErrLocked) {
			return err
		}
	}
}

func (s *Store) giveSlot(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.slots, n)
}

// sweep clears what dead processes left in tmp/ and returns what that was.
// With all it also removes the slots' lock files, which only GC may do: nobody
// else can then be about to take one.
func (s *Store) sweep(all bool) ([]Removed, error) {
	list, err := s.fs.ReadDir(s.Abs("tmp"))
	if err != nil {
		return nil, fmt.Errorf("list temporaries: %w", err)
	}
	var out []Removed
	for _, f := range list {
		base, isLock := strings.CutSuffix(f.Name, ".lock")
		if isLock && !all {
			continue
		}
		unlock, err := s.fs.Lock(s.Abs("tmp/"+base+".lock"), fsx.Exclusive, false)
		if errors.Is(err, fsx.ErrLocked) {
			continue // alive
		}
		if err != nil {
			return out, fmt.Errorf("clear temporary: %w", err)
		}
		if isLock {
			// On Windows a file that is open cannot be removed; it is empty.
			_ = s.fs.Remove(s.Abs("tmp/" + f.Name))
		} else if err = s.fs.Remove(s.Abs("tmp/" + base)); err == nil {
			out = append(out, Removed{Kind: "temporary", Path: "tmp/" + base, Size: f.Size})
		}
		_ = unlock()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return out, fmt.Errorf("clear temporary: %w", err)
		}
	}
	return out, nil
}
