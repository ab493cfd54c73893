package store

import (
	"fmt"
	"strings"

	"cosmo/engine/digest"
)

// walk calls fn for every readable entry, sound or not, sorted by key.
// Files that are no entry go to other, which may be nil.
func (s *Store) walk(fn func(*Entry, condition) error, other func(rel string, size int64) error) error {
	shards, err := s.fs.ReadDir(s.Abs("index"))
	if err != nil {
		return err
	}
	for _, d := range shards {
		if !d.IsDir {
			continue // the publishers' lock
		}
		files, err := s.fs.ReadDir(s.Abs("index/" + d.Name))
		if err != nil {
			return err
		}
		for _, f := range files {
			if f.IsDir {
				continue
			}
			rel := "index/" + d.Name + "/" + f.Name
			var e *Entry
			if key, err := digest.Parse(strings.TrimSuffix(f.Name, ".json")); err == nil && indexName(key) == rel {
				if e, err = s.load(key); err != nil {
					return err
				}
			}
			if e == nil {
				if other != nil {
					if err := other(rel, f.Size); err != nil {
						return err
					}
				}
				continue
			}
			c, err := s.inspect(e)
			if err == nil {
				err = fn(e, c)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Each calls fn for every sound entry, sorted by key, until it fails.
func (s *Store) Each(fn func(*Entry) error) error {
	return s.walk(func(e *Entry, c condition) error {
		if c != sound {
			return nil
		}
		return fn(e)
	}, nil)
}

// ListItem is an entry as people see it.
type ListItem struct {
	*Entry
	State  string   // StateSound and so on
	KeptBy []string // lock files, and "run ID" for runs, sorted
}

// How a file compares with what its entry says, without reading it.
const (
	StateSound   = "sound"
	StateTouched = "touched" // the same size, another mtime: Verify finds out
	StateResized = "resized"
	StateGone    = "gone"
)

var stateNames = map[condition]string{sound: StateSound, touched: StateTouched, resized: StateResized, gone: StateGone}

// List tells all entries, sorted by key, and who keeps them from a GC that is
// told to keep the last runs. An object may appear more than once: under its
// definition key and its content key.
func (s *Store) List(runs int) ([]ListItem, error) {
	k, err := s.keepers(runs)
	if err != nil {
		return nil, err
	}
	var out []ListItem
	err = s.walk(func(e *Entry, c condition) error {
		out = append(out, ListItem{Entry: e, State: stateNames[c], KeptBy: k.of(e)})
		return nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("list store: %w", err)
	}
	return out, nil
}
