package store

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cosmo/engine/digest"
)

// holding is what one lock file keeps alive.
type holding struct {
	Path  string       `json:"path"` // of the lock file, absolute
	Roots []digest.Sum `json:"roots"`
	Keys  []digest.Sum `json:"keys"`
}

// RegisterLock says what a recipe's lock file keeps from GC: entries with one
// of these keys, and entries with one of these roots. It replaces what was
// registered for that path before, and holds while the lock file exists.
func (s *Store) RegisterLock(lockPath string, roots, keys []digest.Sum) error {
	lockPath, err := filepath.Abs(lockPath)
	if err != nil {
		return fmt.Errorf("register lock: %w", err)
	}
	h := holding{Path: lockPath, Roots: sortedSums(roots), Keys: sortedSums(keys)}
	name := "roots/" + digest.Of([]byte(lockPath)).Hex() + ".json"
	if err := s.writeRecord(name, &h); err != nil {
		return fmt.Errorf("register lock: %w", err)
	}
	return nil
}

// sortedSums returns a sorted copy without repetitions.
func sortedSums(in []digest.Sum) []digest.Sum {
	out := append([]digest.Sum{}, in...)
	slices.SortFunc(out, compareSums)
	return slices.Compact(out)
}

// Run is what one run made or used, for people and for GC.
type Run struct {
	ID   string          `json:"id"`
	Keys []digest.Sum    `json:"keys"`
	Info json.RawMessage `json:"info,omitempty"`
}

var runID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// RecordRun writes runs/ID.json. IDs sort by age: the caller puts the time in
// front. Recording an ID again replaces it.
func (s *Store) RecordRun(r Run) error {
	if !runID.MatchString(r.ID) {
		return fmt.Errorf("record run: bad id %q", r.ID)
	}
	r.Keys = sortedSums(r.Keys)
	if err := s.writeRecord("runs/"+r.ID+".json", &r); err != nil {
		return fmt.Errorf("record run: %w", err)
	}
	return nil
}

// Runs lists the recorded runs, oldest first. Damaged records are left out.
func (s *Store) Runs() ([]Run, error) {
	list, err := s.fs.ReadDir(s.Abs("runs"))
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var out []Run
	for _, f := range list {
		var r Run
		ok, err := s.readRecord("runs/"+f.Name, &r)
		if err != nil {
			return nil, fmt.Errorf("read run: %w", err)
		}
		if ok && r.ID+".json" == f.Name {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Run) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// registered is a holding with the name of its record.
type registered struct {
	name string
	holding
	alive bool // its lock file is there, or its disk is not
}

func (s *Store) holdings() ([]registered, error) {
	list, err := s.fs.ReadDir(s.Abs("roots"))
	if err != nil {
		return nil, fmt.Errorf("list locks: %w", err)
	}
	var out []registered
	for _, f := range list {
		r := registered{name: "roots/" + f.Name}
		ok, err := s.readRecord(r.name, &r.holding)
		if err != nil {
			return nil, fmt.Errorf("read registered lock: %w", err)
		}
		if ok {
			r.alive = !s.vanished(r.Path)
			out = append(out, r)
		}
	}
	return out, nil
}

// vanished reports whether a file was removed. If its folder is not there
// either, it may be on a disk that is not mounted just now.
func (s *Store) vanished(file string) bool {
	if _, err := s.fs.Stat(file); !isMissing(err) {
		return false
	}
	_, err := s.fs.Stat(filepath.Dir(file))
	return err == nil
}
