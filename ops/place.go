package ops

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/store"
	"cosmo/lang"
	"cosmo/ops/pour"
	"cosmo/ops/release"
)

func (s *Session) release(address string) *lang.Release {
	for _, r := range s.Recipe.Releases {
		if string(r.Address) == address {
			return r
		}
	}
	return nil
}

// inPlace reports whether an output is where it belongs; one without a place
// of its own belongs into the store.
func (s *Session) inPlace(op *engine.Op, r *engine.Result) bool {
	d, ok := op.Data.(*pour.Data)
	if !ok || d.Place == "" || d.Place == r.Path {
		return true
	}
	if release.Placed(s.opt.FS, r.Path, d.Place) { // the object itself, under a second name
		return s.opt.Link != string(release.LinkCopy)
	}
	return s.holds(d.Place, r.SHA256)
}

// place puts a release where it belongs, unless it is there already.
func (s *Session) place(ctx context.Context, op *engine.Op, r *engine.Result) (placed bool, err error) {
	if s.inPlace(op, r) {
		return false, nil
	}
	path := op.Data.(*pour.Data).Place
	// Two processes with one recipe fill a place one after the other.
	unlock, err := s.Store.WaitKey(ctx, release.PlaceKey(path))
	if err != nil {
		return false, err
	}
	defer unlock()
	if s.inPlace(op, r) {
		return false, nil // the other one was faster
	}
	ours := func() bool { return s.replaceable(op, path, r.SHA256) }
	if err := release.Place(s.opt.FS, r.Path, path, release.Link(s.opt.Link), ours); err != nil {
		return false, err
	}
	info, err := s.opt.FS.Stat(path)
	if err != nil {
		return true, err
	}
	// It is our own copy: who changes it within the grain of the file system's
	// clock changes a file that nothing is made from.
	settled := time.Unix(0, max(info.CTime, info.MTime)).Add(time.Hour)
	_, err = s.Store.Remember(info.Identity, store.FileDigest{SHA256: r.SHA256, Root: r.Root, Size: r.Size, Path: path, Made: true}, nil, settled)
	return true, err
}

// holds reports whether the file at path is known to have a digest.
func (s *Session) holds(path string, sha digest.Sum) bool {
	info, err := s.opt.FS.Stat(path)
	if err != nil || info.IsDir {
		return false
	}
	d, _, err := s.Store.Recall(info.Identity)
	return err == nil && d != nil && d.SHA256 == sha
}

// replaceable is ours; what is not, and is about to be set aside, is told of.
func (s *Session) replaceable(op *engine.Op, path string, sum digest.Sum) bool {
	ours := s.ours(op, path, sum)
	if !ours {
		s.opt.Emit(engine.Event{Type: engine.EventNote, Address: op.Address,
			Message: "another file is in its place: that one gets the ending .old"})
	}
	return ours
}

// ours reports whether the file in a release's place is what the lock says was
// poured there last, or already what is to be there (sum), from a run that was
// killed before it could tell: then it may be replaced. Others are set aside.
func (s *Session) ours(op *engine.Op, path string, sum digest.Sum) bool {
	info, err := s.opt.FS.Stat(path)
	if err != nil {
		return false
	}
	if s.Store.Made(info.Identity) {
		return true
	}
	found, err := s.hashFile(path)
	return err == nil && (found == sum || found.Hex() == s.Lock.Outputs[op.Address].SHA256)
}

func (s *Session) hashFile(path string) (digest.Sum, error) {
	f, err := s.opt.FS.Open(path)
	if err != nil {
		return digest.Sum{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return digest.Sum{}, err
	}
	return digest.OfReader(f, info.Size)
}

// shown is a path as people know it: relative to where they are, if it is
// below.
func shown(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
