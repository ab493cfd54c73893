package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// Entry is what making a key gave.
type Entry struct {
	Key      digest.Sum      `json:"key"`
	Op       string          `json:"op"`
	Address  string          `json:"address"`
	Preimage string          `json:"preimage"` // the text whose SHA-256 is Key
	Object   string          `json:"object"`   // relative to the store, or absolute for a file elsewhere
	Identity fsx.Identity    `json:"identity"` // of that file; Publish fills it in if it is zero
	Root     digest.Sum      `json:"root"`
	SHA256   digest.Sum      `json:"sha256,omitzero"` // of the whole file; zero when nobody needed it
	Size     int64           `json:"size"`            // bytes
	Info     json.RawMessage `json:"info,omitempty"`  // the op's own, small
	Attach   string          `json:"attach,omitempty"`
}

func indexName(key digest.Sum) string {
	h := key.Hex()
	return "index/" + h[:2] + "/" + h + ".json"
}

// validate says why e cannot be the entry of key.
func (e *Entry) validate(key digest.Sum) error {
	switch {
	case e.Key != key:
		return errors.New("it is of another key")
	case digest.Of([]byte(e.Preimage)) != key:
		return errors.New("its preimage does not have its key")
	case e.Root.IsZero():
		return errors.New("it has no root")
	case e.Size < 0:
		return errors.New("its size is negative")
	case !inStore(e.Object) && !filepath.IsAbs(e.Object):
		return fmt.Errorf("its object %q is not a path of the store", e.Object)
	case e.Attach != "" && !inStore(e.Attach):
		return fmt.Errorf("its attachment %q is not a path of the store", e.Attach)
	}
	return nil
}

// parseEntry reads an entry file. It returns nil for anything that is not
// the whole and unaltered entry of key.
func parseEntry(key digest.Sum, b []byte) *Entry {
	var e Entry
	if unseal(b, &e) != nil || e.validate(key) != nil {
		return nil
	}
	return &e
}

// load reads the entry of a key without looking at its object. nil: none.
func (s *Store) load(key digest.Sum) (*Entry, error) {
	b, err := s.readSmall(s.Abs(indexName(key)), maxSmall)
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseEntry(key, b), nil
}

// isMissing: there is nothing of that name, or no file that could be ours.
func isMissing(err error) bool {
	var large *tooLargeError
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.As(err, &large)
}

// condition is how a file compares with what was recorded of it.
type condition int

const (
	sound   condition = iota
	touched           // same size, another mtime: perhaps changed through a hard link
	resized           // certainly not what it was
	gone
)

// inspect compares sizes and times, which costs no reading. The file number is
// left out: a store that was moved to another disk is as good as before.
func (s *Store) inspect(e *Entry) (condition, error) {
	c, _, err := s.examine(e)
	return c, err
}

// examine is inspect with what the file is now.
func (s *Store) examine(e *Entry) (condition, fsx.Identity, error) {
	info, err := s.fs.Stat(s.Abs(e.Object))
	switch {
	case isMissing(err):
		return gone, info.Identity, nil
	case err != nil:
		return gone, info.Identity, err
	case info.IsDir:
		return gone, info.Identity, nil
	case info.Size != e.Identity.Size:
		return resized, info.Identity, nil
	case info.MTime != e.Identity.MTime:
		return touched, info.Identity, nil
	}
	if e.Attach != "" {
		if _, err := s.fs.Stat(s.Abs(e.Attach)); isMissing(err) {
			return gone, info.Identity, nil
		} else if err != nil {
			return gone, info.Identity, err
		}
	}
	return sound, info.Identity, nil
}

// Lookup returns what making key gave, nil if that is not here any more or
// cannot be trusted. An object of another size is set aside; one that was only
// touched stays until its producer ran again and Commit compared the bytes, or
// Verify read it. The error is real trouble with the disk.
func (s *Store) Lookup(key digest.Sum) (*Entry, error) {
	e, err := s.load(key)
	if err != nil || e == nil {
		return nil, wrap("look key up", err)
	}
	c, id, err := s.examine(e)
	if err == nil && c == resized && inStore(e.Object) {
		err = s.setAsideIf(e.Object, id)
	}
	if err != nil || c != sound {
		return nil, wrap("look key up", err)
	}
	return e, nil
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// DifferentBytes is the alarm of a key that gave two results: the op that
// made them is not the function it should be, or one of them is damaged.
type DifferentBytes struct {
	Key       digest.Sum `json:"key"`
	Op        string     `json:"op"`
	Address   string     `json:"address"`
	Preimage  string     `json:"preimage"`
	Have      digest.Sum `json:"have"` // root of the published result
	Got       digest.Sum `json:"got"`  // root of the new one
	HaveFile  string     `json:"have_file"`
	GotFile   string     `json:"got_file"`
	Published string     `json:"published"` // address of the published result
}

func (e *DifferentBytes) Error() string {
	return fmt.Sprintf("%s was made again and came out different: root %s, published before is %s (%s)", e.Address, e.Got, e.Have, e.HaveFile)
}

// Publish records what making e.Key gave; the object must be there. attach, if
// not nil, is stored beside it and e.Attach set. Publishing the same root again
// is fine and renews the entry. Another root than the published one is recorded
// in alarms/ and returned as *DifferentBytes.
func (s *Store) Publish(e *Entry, attach []byte) error {
	if err := s.publish(e, attach); err != nil {
		return fmt.Errorf("publish %s: %w", e.Address, err)
	}
	return nil
}

func (s *Store) publish(e *Entry, attach []byte) error {
	if attach != nil {
		rel, _, err := s.PutBlob(".attach", attach)
		if err != nil {
			return err
		}
		e.Attach = rel
	}
	if e.Identity == (fsx.Identity{}) {
		info, err := s.fs.Stat(s.Abs(e.Object))
		if err != nil {
			return err
		}
		e.Identity = info.Identity
	}
	if err := e.validate(e.Key); err != nil {
		return fmt.Errorf("entry is not fit: %w", err)
	}
	if c, err := s.inspect(e); err != nil {
		return err
	} else if c != sound {
		return fmt.Errorf("its file %s is gone or changed already", e.Object)
	}
	text, err := seal(e)
	if err != nil {
		return err
	}
	if parseEntry(e.Key, text) == nil {
		return errors.New("entry cannot be written as JSON and read back")
	}
	// Between looking for an older result and replacing it nobody else may
	// publish; it is a matter of milliseconds.
	unlock, err := s.fs.Lock(s.Abs("index/lock"), fsx.Exclusive, true)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := s.load(e.Key)
	if err != nil {
		return err
	}
	if old != nil && old.Root != e.Root {
		return s.alarm(old, e)
	}
	return s.write(indexName(e.Key), text, 0o666)
}

// alarm records that e differs from old. The published result stays, unless
// its file is no longer what it was: then neither is to be trusted, and the
// next run decides.
func (s *Store) alarm(old, e *Entry) error {
	d := &DifferentBytes{
		Key: e.Key, Op: e.Op, Address: e.Address, Preimage: e.Preimage,
		Have: old.Root, Got: e.Root, HaveFile: s.Abs(old.Object), GotFile: s.Abs(e.Object), Published: old.Address,
	}
	name := "alarms/" + e.Key.Hex() + "-" + e.Root.Short() + ".json"
	if err := s.writeRecord(name, d); err != nil {
		return errors.Join(d, err)
	}
	if c, err := s.inspect(old); err != nil || c != sound {
		err = errors.Join(err, s.fs.Remove(s.Abs(indexName(e.Key))), s.settle(indexName(e.Key)))
		return errors.Join(d, err)
	}
	return d
}

// Alarms lists the keys that gave two results, sorted by key.
func (s *Store) Alarms() ([]DifferentBytes, error) {
	list, err := s.fs.ReadDir(s.Abs("alarms"))
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	var out []DifferentBytes
	for _, f := range list {
		var d DifferentBytes
		if ok, err := s.readRecord("alarms/"+f.Name, &d); err != nil {
			return nil, fmt.Errorf("read alarm: %w", err)
		} else if ok {
			out = append(out, d)
		}
	}
	return out, nil
}
