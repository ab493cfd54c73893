package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

func (s *Store) keyLock(key digest.Sum) (func() error, error) {
	return s.fs.Lock(s.Abs("locks/"+key.Hex()), fsx.Exclusive, false)
}

// LockKeys takes the locks of keys in sorted order without waiting: got are
// held until unlock, busy are being made elsewhere. Equal keys count once. A
// caller makes what it got and only then waits (WaitKey), holding nothing, so
// no two can wait for each other. unlock frees the first key last: who waited
// for that one finds the others free.
func (s *Store) LockKeys(keys []digest.Sum) (got, busy []digest.Sum, unlock func(), err error) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, compareSums)
	keys = slices.Compact(keys)
	var held []func() error
	unlock = func() {
		for _, u := range slices.Backward(held) {
			_ = u() // closing the file releases the lock whatever it says
		}
		held = nil
	}
	for _, k := range keys {
		u, err := s.keyLock(k)
		switch {
		case err == nil:
			held, got = append(held, u), append(got, k)
		case errors.Is(err, fsx.ErrLocked):
			busy = append(busy, k)
		default:
			unlock()
			return nil, nil, nil, fmt.Errorf("lock key: %w", err)
		}
	}
	return got, busy, unlock, nil
}

// WaitKey waits until nobody makes key, and holds its lock until unlock. It
// gives up with ctx's error.
func (s *Store) WaitKey(ctx context.Context, key digest.Sum) (unlock func(), err error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		u, err := s.keyLock(key)
		if err == nil {
			return func() { _ = u() }, nil
		}
		if !errors.Is(err, fsx.ErrLocked) {
			return nil, fmt.Errorf("wait for key: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for key: %w", context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

func compareSums(a, b digest.Sum) int { return slices.Compare(a[:], b[:]) }
