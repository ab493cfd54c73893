package pour

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/release"
)

// vessel is a file that a glass is poured into: an object of the store, or a
// release in its own place where that lies on another file system, so that it
// is not written twice.
type vessel interface {
	File() fsx.File
	// Commit publishes the file under a digest and says where it is then.
	Commit(name digest.Sum, ext string) (object string, id fsx.Identity, err error)
	// Abort drops it, unless it was committed.
	Abort()
}

// openAll takes the space for a group. Whoever fills several places takes them
// in one order, so no two can wait for each other.
func (im *Impl) openAll(ctx context.Context, st *store.Store, group []*glass) error {
	order := slices.SortedFunc(slices.Values(group), func(a, b *glass) int { return strings.Compare(a.data.Place, b.data.Place) })
	for _, g := range order {
		if g.vessel != nil {
			g.vessel.Abort() // of a try that failed
		}
	}
	for _, g := range order {
		var err error
		if g.vessel, err = im.open(ctx, st, g); err != nil {
			return fmt.Errorf("take space for %s: %w", g.job.Op.Address, err)
		}
	}
	return nil
}

// open takes the space for a glass.
func (im *Impl) open(ctx context.Context, st *store.Store, g *glass) (vessel, error) {
	if g.data.Label == nil || g.data.Place == "" || !im.elsewhere(st, g.data.Place) {
		obj, err := st.NewObject(g.layout.Size, true)
		if err != nil {
			return nil, err // not obj: a nil pointer is no nil vessel
		}
		return obj, nil
	}
	unlock, err := st.WaitKey(ctx, release.PlaceKey(g.data.Place))
	if err != nil {
		return nil, err
	}
	v := &placed{fs: im.FS, path: g.data.Place, unlock: unlock, ours: func(sum digest.Sum) bool { return im.Ours(g.job.Op, g.data.Place, sum) }}
	if err := v.create(g.layout.Size); err != nil {
		v.Abort()
		return nil, err
	}
	return v, nil
}

// elsewhere reports whether a place lies on another file system than the store:
// its nearest folder decides, since it may not be there yet.
func (im *Impl) elsewhere(st *store.Store, place string) bool {
	home, err := im.FS.Stat(st.Dir())
	if err != nil {
		return false
	}
	for dir := filepath.Dir(place); ; dir = filepath.Dir(dir) {
		info, err := im.FS.Stat(dir)
		if err == nil {
			return info.Dev != home.Dev
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return false
		}
	}
}

// placed is a release that is poured where it belongs.
type placed struct {
	fs     fsx.FS
	path   string
	file   fsx.File
	unlock func()
	ours   func(sum digest.Sum) bool
	done   bool
}

func (p *placed) create(size int64) error {
	if err := p.fs.MkdirAll(filepath.Dir(p.path)); err != nil {
		return fmt.Errorf("make folder of %s: %w", p.path, err)
	}
	if err := release.Clear(p.fs, release.Temporary(p.path)); err != nil {
		return err
	}
	var err error
	if p.file, err = p.fs.Create(release.Temporary(p.path), fsx.CreateOptions{Direct: true}); err != nil {
		return err
	}
	return p.file.Allocate(size)
}

func (p *placed) File() fsx.File { return p.file }

func (p *placed) Commit(name digest.Sum, _ string) (string, fsx.Identity, error) {
	err := p.file.Sync()
	err = errors.Join(err, p.file.Close())
	p.file = nil
	if err == nil {
		err = release.Settle(p.fs, p.path, func() bool { return p.ours(name) })
	}
	if err != nil {
		p.Abort()
		return "", fsx.Identity{}, err
	}
	p.done = true
	p.unlock()
	info, err := p.fs.Stat(p.path)
	return p.path, info.Identity, err
}

func (p *placed) Abort() {
	if p.done {
		return
	}
	p.done = true
	if p.file != nil {
		_ = p.file.Close() // what was written is dropped anyway
	}
	_ = p.fs.Remove(release.Temporary(p.path)) // if not now, at the next try
	p.unlock()
}
