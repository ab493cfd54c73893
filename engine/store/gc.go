package store

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// GCOptions say what to keep besides what locks and runs hold.
type GCOptions struct {
	DryRun bool
	// KeepBytes keeps unheld objects, the newest first, while the store's
	// objects are at most this large together. 0 keeps none.
	KeepBytes int64
	// KeepRuns is how many of the last runs hold what they made.
	KeepRuns int
}

// Removed is one thing that GC took away, or would.
type Removed struct {
	Kind string // entry, object, blob, temporary, lock, memory, corrupt, registration, run
	Path string // relative to the store
	Size int64  // bytes; a release that is a hard link keeps them on disk
}

// GCReport says what GC did, in the order in which it did it.
type GCReport struct {
	Removed []Removed
	Freed   int64 // bytes of what was removed
	Kept    int64 // bytes of the objects that stay
}

// GC removes entries that nothing holds, then what no entry names, what dead
// processes left, and remembered digests of files that changed. It wants the
// store for itself: while another process has it open the error is
// fsx.ErrLocked. A dry run does not.
func (s *Store) GC(opt GCOptions) (*GCReport, error) {
	g := &collector{Store: s, opt: opt, rep: &GCReport{}, used: map[string]bool{}}
	if opt.DryRun {
		return g.rep, wrap("collect garbage", g.run())
	}
	err := s.alone(func() error { return g.run() })
	return g.rep, wrap("collect garbage", err)
}

// alone trades the shared store lock for the exclusive one and back.
func (s *Store) alone(do func() error) (err error) {
	if err := s.Close(); err != nil {
		return err
	}
	defer func() {
		var lock error
		s.unlock, lock = s.fs.Lock(s.Abs("lock"), fsx.Shared, true)
		err = errors.Join(err, lock)
	}()
	unlock, err := s.fs.Lock(s.Abs("lock"), fsx.Exclusive, false)
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

type collector struct {
	*Store
	opt  GCOptions
	rep  *GCReport
	used map[string]bool // objects and blobs that stay
}

func (g *collector) run() error {
	steps := []func() error{g.entries, g.memories, g.files, g.temporaries, g.keyLocks, g.corrupt, g.registrations, g.oldRuns}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// remove notes and, unless this is a dry run, removes.
func (g *collector) remove(kind, rel string, size int64) error {
	if !g.opt.DryRun {
		if err := g.fs.Remove(g.Abs(rel)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	g.rep.Removed = append(g.rep.Removed, Removed{kind, rel, size})
	g.rep.Freed += size
	return nil
}

// entries drops those that nothing holds, and makes that durable before any
// object goes: a crash between leaves garbage, not entries without objects.
func (g *collector) entries() error {
	keep, err := g.keepers(g.opt.KeepRuns)
	if err != nil {
		return err
	}
	var drop []Removed
	var spare []*Entry // unheld but sound, candidates for KeepBytes
	err = g.walk(func(e *Entry, c condition) error {
		held := len(keep.of(e)) > 0
		switch {
		// One that was only touched may still be right: Verify finds out.
		case held && (c == sound || c == touched):
			g.keep(e)
		case c == sound && inStore(e.Object):
			spare = append(spare, e)
		default:
			drop = append(drop, Removed{Path: indexName(e.Key)})
		}
		return nil
	}, func(rel string, size int64) error {
		drop = append(drop, Removed{Path: rel, Size: size})
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(spare, func(a, b *Entry) int { // newest first, then by key
		return int(min(max(b.Identity.MTime-a.Identity.MTime, -1), 1))
	})
	for _, e := range spare {
		if g.used[e.Object] || g.rep.Kept+e.Size <= g.opt.KeepBytes {
			g.keep(e)
			continue
		}
		drop = append(drop, Removed{Path: indexName(e.Key)})
	}
	slices.SortFunc(drop, func(a, b Removed) int { return strings.Compare(a.Path, b.Path) })
	dirs := map[string]bool{}
	for _, d := range drop {
		if err := g.remove("entry", d.Path, d.Size); err != nil {
			return err
		}
		dirs[path.Dir(d.Path)] = true
	}
	for _, dir := range sortedKeys(dirs) {
		if !g.opt.DryRun {
			if err := g.fs.SyncDir(g.Abs(dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sortedKeys(m map[string]bool) []string {
	var l []string
	for k := range m {
		l = append(l, k)
	}
	slices.Sort(l)
	return l
}

func (g *collector) keep(e *Entry) {
	if !g.used[e.Object] && inStore(e.Object) {
		g.rep.Kept += e.Size
	}
	g.used[e.Object] = true
	if e.Attach != "" {
		g.used[e.Attach] = true
	}
}

// memories drops the digests of files that are gone or no longer the same.
func (g *collector) memories() error {
	list, err := g.fs.ReadDir(g.Abs("remembered"))
	if err != nil {
		return err
	}
	for _, f := range list {
		rel := "remembered/" + f.Name
		var m memory
		ok, err := g.readRecord(rel, &m)
		if err != nil {
			return err
		}
		stale := !ok || memoryName(m.Identity) != rel
		if !stale {
			info, err := g.fs.Stat(m.Path)
			stale = (err == nil && info.Identity != m.Identity) || g.vanished(m.Path)
		}
		if stale {
			if err := g.remove("memory", rel, f.Size); err != nil {
				return err
			}
		} else if m.Attach != "" {
			g.used[m.Attach] = true
		}
	}
	return nil
}

// files removes objects and blobs that no entry and no memory names.
func (g *collector) files() error {
	for _, folder := range []struct{ dir, kind string }{{"objects", "object"}, {"blobs", "blob"}} {
		shards, err := g.fs.ReadDir(g.Abs(folder.dir))
		if err != nil {
			return err
		}
		for _, d := range shards {
			if !d.IsDir {
				continue
			}
			list, err := g.fs.ReadDir(g.Abs(folder.dir + "/" + d.Name))
			if err != nil {
				return err
			}
			for _, f := range list {
				rel := folder.dir + "/" + d.Name + "/" + f.Name
				if g.used[rel] || f.IsDir {
					continue
				}
				if err := g.remove(folder.kind, rel, f.Size); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (g *collector) temporaries() error {
	if g.opt.DryRun {
		// Taking slots would be in the way of those who work; what is there
		// may be theirs, so nothing is promised.
		return nil
	}
	list, err := g.sweep(true)
	for _, r := range list {
		g.rep.Removed = append(g.rep.Removed, r)
		g.rep.Freed += r.Size
	}
	return err
}

// keyLocks removes the files of locks; nobody can hold one now.
func (g *collector) keyLocks() error {
	return g.clear("locks", "lock")
}

func (g *collector) corrupt() error { return g.clear("corrupt", "corrupt") }

func (g *collector) clear(dir, kind string) error {
	list, err := g.fs.ReadDir(g.Abs(dir))
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := g.remove(kind, dir+"/"+f.Name, f.Size); err != nil {
			return err
		}
	}
	return nil
}

// registrations forgets lock files that were removed.
func (g *collector) registrations() error {
	list, err := g.holdings()
	if err != nil {
		return err
	}
	for _, r := range list {
		if !r.alive {
			if err := g.remove("registration", r.name, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// runRecords is how many records of runs stay, though nothing keeps what the
// older ones made.
const runRecords = 100

func (g *collector) oldRuns() error {
	list, err := g.fs.ReadDir(g.Abs("runs"))
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b fsx.Info) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range list[:max(0, len(list)-max(runRecords, g.opt.KeepRuns))] {
		if err := g.remove("run", "runs/"+f.Name, f.Size); err != nil {
			return err
		}
	}
	return nil
}

// keepers says who holds a key or a root.
type keepers struct{ keys, roots map[digest.Sum][]string }

// keepers collects what the live locks and the last runs hold.
func (s *Store) keepers(runs int) (*keepers, error) {
	k := &keepers{map[digest.Sum][]string{}, map[digest.Sum][]string{}}
	locks, err := s.holdings()
	if err != nil {
		return nil, err
	}
	for _, l := range locks {
		if !l.alive {
			continue
		}
		for _, key := range l.Keys {
			k.keys[key] = append(k.keys[key], l.Path)
		}
		for _, root := range l.Roots {
			k.roots[root] = append(k.roots[root], l.Path)
		}
	}
	list, err := s.Runs()
	if err != nil {
		return nil, err
	}
	for _, r := range list[max(0, len(list)-max(0, runs)):] {
		for _, key := range r.Keys {
			k.keys[key] = append(k.keys[key], "run "+r.ID)
		}
	}
	return k, nil
}

// of lists who holds e, sorted.
func (k *keepers) of(e *Entry) []string {
	l := slices.Concat(k.keys[e.Key], k.roots[e.Root])
	slices.Sort(l)
	return slices.Compact(l)
}
