package pour

import (
	"fmt"
	"slices"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
)

// bar holds the files that a batch pours from, each opened once.
type bar struct {
	list   []*ingredient
	byPath map[string]*ingredient
	donors []*donor // what the store has, read once
	loaded bool
}

// ingredient is an open checkpoint with its per-tensor digests.
type ingredient struct {
	path   string
	file   fsx.File
	id     fsx.Identity
	header *checkpoint.Header
	traits *checkpoint.Traits
	sums   map[string]digest.Sum
	donor  bool // an older file of the store, opened to clone tensors from
}

func (b *bar) open(fs fsx.FS, r *engine.Result) (*ingredient, error) {
	if x := b.byPath[r.Path]; x != nil {
		return x, nil
	}
	x, err := openIngredient(fs, r.Path)
	if err != nil {
		return nil, err
	}
	if r.Identity != (fsx.Identity{}) && r.Identity != x.id {
		x.file.Close()
		return nil, &changedError{r.Path}
	}
	text, err := fs.ReadFile(r.Attach)
	if err == nil {
		var list []checkpoint.TensorSum
		list, err = checkpoint.UnmarshalSums(text)
		x.sums = sumsByName(list)
	}
	if err != nil { // without them, tensors of different ingredients could not be told apart
		x.file.Close()
		return nil, fmt.Errorf("read tensor digests of %s: %w", r.Path, err)
	}
	b.byPath[r.Path] = x
	b.list = append(b.list, x)
	return x, nil
}

func openIngredient(fs fsx.FS, path string) (*ingredient, error) {
	f, err := fs.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var h *checkpoint.Header
		if h, err = checkpoint.ReadHeader(f, info.Size); err == nil {
			return &ingredient{path: path, file: f, id: info.Identity, header: h, traits: checkpoint.Detect(h)}, nil
		}
	}
	f.Close()
	return nil, fmt.Errorf("read %s: %w", path, err)
}

func (b *bar) close() {
	for _, x := range b.list {
		x.file.Close()
	}
}

func (x *ingredient) leaf(address string) *mix.Leaf {
	return mix.NewLeaf(address, x.header.Tensors, x.traits)
}

// unchanged reports whether the file is still the one that was opened.
func (x *ingredient) unchanged(fs fsx.FS) error {
	info, err := fs.Stat(x.path)
	if err != nil {
		return err
	}
	if info.Identity != x.id {
		return &changedError{x.path}
	}
	return nil
}

// changedError says that an ingredient is no longer what was hashed.
type changedError struct{ path string }

func (e *changedError) Error() string {
	return e.path + " changed while it was in use; nothing was made of it. Apply again when it is still"
}

// donor is a poured file of the store that tensors can be cloned from.
type donor struct {
	entry *store.Entry
	byKey map[digest.Sum]manifestLine
	file  *ingredient
}

// donation is a tensor found in a donor.
type donation struct {
	from   *ingredient
	offset int64
	sum    digest.Sum
	counts kernel.Stats // when it was made
}

// findDonors looks for tensors of g that older files hold. A plain copy of an
// ingredient's tensor is not looked for: the ingredient is as good a source.
func (im *Impl) findDonors(st *store.Store, b *bar, g *glass) (map[int]donation, error) {
	if !b.loaded {
		b.loaded = true
		seen := map[string]bool{}
		err := st.Each(func(e *store.Entry) error {
			if e.Op != Kind || e.Attach == "" || seen[e.Object] {
				return nil // an object is listed under two keys
			}
			seen[e.Object] = true
			text, err := im.FS.ReadFile(st.Abs(e.Attach))
			if err != nil {
				return nil // an entry without its list donates nothing
			}
			m, err := unmarshalManifest(text)
			if err != nil {
				return nil
			}
			d := &donor{entry: e, byKey: make(map[digest.Sum]manifestLine, len(m))}
			for _, l := range m {
				d.byKey[l.key] = l
			}
			b.donors = append(b.donors, d)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list the store: %w", err)
		}
	}
	found := map[int]donation{}
	for i := range g.parts {
		if g.parts[i].Literal != nil || g.parts[i].Copy() {
			continue
		}
		for _, d := range b.donors {
			l, ok := d.byKey[g.keys[i]]
			if !ok || l.name != g.parts[i].Name {
				continue
			}
			if d.file == nil {
				x, err := b.openDonor(im.FS, st.Abs(d.entry.Object))
				if err != nil {
					d.byKey = nil // gone or damaged: it donates nothing
					continue
				}
				d.file = x
			}
			t := d.file.header.Lookup(l.name)
			if t == nil || t.DType != g.parts[i].DType {
				continue
			}
			found[i] = donation{from: d.file, offset: t.Offset, sum: l.sum, counts: l.counts}
			break
		}
	}
	return found, nil
}

func (b *bar) openDonor(fs fsx.FS, path string) (*ingredient, error) {
	if x := b.byPath[path]; x != nil {
		return x, nil
	}
	x, err := openIngredient(fs, path)
	if err != nil {
		return nil, err
	}
	x.donor = true
	b.byPath[path] = x
	b.list = append(b.list, x)
	return x, nil
}

// disown takes nothing more from a donor.
func (b *bar) disown(file *ingredient, group []*glass) {
	b.donors = slices.DeleteFunc(b.donors, func(d *donor) bool { return d.file == file })
	for _, g := range group {
		for i, d := range g.donors {
			if d.from == file {
				delete(g.donors, i)
			}
		}
	}
}
