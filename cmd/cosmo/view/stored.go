package view

import (
	"cmp"
	"slices"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

// Listing is what is in a store.
type Listing struct {
	Dir       string
	Items     []store.ListItem
	FreeBytes int64 // on the store's disk; -1: not known
}

// Verification is what reading all of a store found.
type Verification struct {
	*store.VerifyReport
	Dir     string
	Alarms  []store.DifferentBytes
	DryRun  bool
	Stopped bool // not everything was read
	Seconds float64
}

// Collection is what a garbage collection took away, or would.
type Collection struct {
	*store.GCReport
	Before    []store.ListItem // what was there: it tells which address a file was made for
	DryRun    bool
	FreeBytes int64 // afterwards, on the store's disk; -1: not known
}

// object is one file of the store. Several entries may name it: by definition
// and by content, from several recipes.
type object struct {
	path      string
	addresses []string // sorted
	op        string
	size      int64
	root      digest.Sum
	sha256    digest.Sum
	state     string
	keptBy    []string // sorted
	keys      []string // sorted
}

// states ranks what entries say of one object: if one of them knows the file
// as it is now, that is what it is.
var states = []string{store.StateSound, store.StateTouched, store.StateResized, store.StateGone}

// objectsOf groups entries by the file they name, sorted by address.
func objectsOf(items []store.ListItem) []object {
	byPath := map[string]*object{}
	var paths []string
	for _, it := range items {
		o := byPath[it.Object]
		if o == nil {
			o = &object{path: it.Object, op: it.Op, size: it.Size, root: it.Root, state: it.State}
			byPath[it.Object] = o
			paths = append(paths, it.Object)
		}
		if o.sha256.IsZero() {
			o.sha256 = it.SHA256
		}
		if slices.Index(states, it.State) < slices.Index(states, o.state) {
			o.state = it.State
		}
		o.addresses = append(o.addresses, it.Address)
		o.keptBy = append(o.keptBy, it.KeptBy...)
		o.keys = append(o.keys, it.Key.String())
	}
	list := make([]object, len(paths))
	for i, p := range paths {
		o := byPath[p]
		for _, l := range []*[]string{&o.addresses, &o.keptBy, &o.keys} {
			slices.Sort(*l)
			*l = slices.Compact(*l)
		}
		list[i] = *o
	}
	slices.SortFunc(list, func(a, b object) int {
		return cmp.Or(slices.Compare(a.addresses, b.addresses), cmp.Compare(a.path, b.path))
	})
	return list
}

// amount is a number of files and their bytes.
type amount struct {
	n     int64
	bytes int64
}

func (a *amount) add(bytes int64) { a.n, a.bytes = a.n+1, a.bytes+bytes }

// present reports whether an object's file is there.
func (o *object) present() bool { return o.state != store.StateGone }

// totals adds up the objects that are there, and those of them that nothing
// keeps.
func totals(list []object) (all, unkept amount) {
	for i := range list {
		o := &list[i]
		if !o.present() {
			continue
		}
		all.add(o.size)
		if len(o.keptBy) == 0 {
			unkept.add(o.size)
		}
	}
	return all, unkept
}
