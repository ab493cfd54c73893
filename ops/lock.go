package ops

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/lang"
	"cosmo/lang/lockfile"
)

// Upgrade lets entries of a lock go, so that what is there now is pinned
// instead.
type Upgrade struct {
	// Addresses are models and outputs; none: every model, the versions of ops, and
	// whatever the recipe has no longer.
	Addresses []string
}

// Pinned is what became of a lock.
type Pinned struct {
	Path    string
	Changes []PinChange
	Hashed  int64 // bytes read to hash ingredients
}

// PinChange is an entry of a lock that came, went or is another; "" is none.
type PinChange struct{ Entry, What, Old, New string }

// Pin brings the sources of the recipe's lock up to date, and nothing else: no
// mix is poured. Without up it adds what is missing. The error of an ingredient
// that differs from its pin is a PinError.
func Pin(ctx context.Context, r *lang.Recipe, o Options, up *Upgrade) (*Pinned, hcl.Diagnostics, error) {
	o.upgrade, o.Goals, o.pinOnly = up, nil, true
	if up != nil {
		if diags := up.check(r); diags.HasErrors() {
			return nil, diags, nil
		}
	}
	s, diags, err := Open(r, o)
	if err != nil || diags.HasErrors() {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
		return nil, diags, err
	}
	defer s.Close()
	before, _, _, err := readLock(s.opt.FS, r.LockPath)
	if err != nil {
		return nil, diags, err
	}
	meter := newMeter(s.opt.Now, s.opt.Emit)
	if err := s.Plan.Run(ctx, engine.Options{Threads: s.opt.Threads, KeepGoing: true, Emit: serialised(meter.hear)}); err != nil {
		return nil, diags, err
	}
	if _, err := s.writeLock(ctx); err != nil {
		return nil, diags, err
	}
	out := &Outcome{}
	meter.tell(s.Plan, out)
	return &Pinned{Path: r.LockPath, Changes: pinChanges(before, s.Lock), Hashed: out.Hashed}, diags, s.register()
}

// check refuses addresses that the recipe does not have.
func (u *Upgrade) check(r *lang.Recipe) hcl.Diagnostics {
	var known []string
	for _, m := range r.Models {
		known = append(known, string(m.Address))
	}
	for _, m := range r.Mixes {
		known = append(known, string(m.Address))
	}
	for _, rel := range r.Releases {
		known = append(known, string(rel.Address))
	}
	var diags hcl.Diagnostics
	for _, a := range u.Addresses {
		if slices.Contains(known, a) {
			continue
		}
		hint := "."
		if near := lang.Nearest(a, known); near != "" {
			hint = "; did you mean " + near + "?"
		}
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown address", Detail: fmt.Sprintf("The recipe has no %s%s", a, hint)})
	}
	return diags
}

// drop removes from a lock what is to be pinned anew.
func (s *Session) drop(l *lockfile.Lock) {
	u := s.opt.upgrade
	if u == nil {
		return
	}
	if len(u.Addresses) > 0 {
		for _, a := range u.Addresses {
			delete(l.Sources, a)
			delete(l.Outputs, a)
		}
		return
	}
	clear(l.Sources)
	maps.DeleteFunc(l.Ops, func(kind string, version int) bool { return versions[kind] != version })
	there := map[string]bool{}
	for _, m := range s.Recipe.Mixes {
		there[string(m.Address)] = true
	}
	for _, rel := range s.Recipe.Releases {
		there[string(rel.Address)] = true
	}
	maps.DeleteFunc(l.Outputs, func(a string, _ lockfile.Output) bool { return !there[a] })
	chosen := map[string]bool{}
	for _, c := range s.Recipe.Choices {
		chosen[string(c.Address)] = true
	}
	maps.DeleteFunc(l.Choices, func(a string, _ lockfile.Choice) bool { return !chosen[a] })
}

// pinChanges compares two locks entry by entry.
func pinChanges(old, new *lockfile.Lock) []PinChange {
	var list []PinChange
	compare := func(entry string, a, b map[string]string) {
		for _, what := range slices.Sorted(maps.Keys(union(a, b))) {
			if a[what] != b[what] {
				list = append(list, PinChange{entry, what, a[what], b[what]})
			}
		}
	}
	each(old.Sources, new.Sources, func(a string, x, y lockfile.Source) {
		compare(a, sourceFacts(x), sourceFacts(y))
	})
	each(old.Ops, new.Ops, func(a string, x, y int) {
		compare("op "+a, map[string]string{"version": amount(int64(x))}, map[string]string{"version": amount(int64(y))})
	})
	each(old.Choices, new.Choices, func(a string, x, y lockfile.Choice) {
		compare(a, map[string]string{"winner": x.Winner}, map[string]string{"winner": y.Winner})
	})
	each(old.Outputs, new.Outputs, func(a string, x, y lockfile.Output) {
		compare(a, map[string]string{"root": x.Root}, map[string]string{"root": y.Root})
	})
	return list
}

func sourceFacts(s lockfile.Source) map[string]string {
	return map[string]string{"from": s.From, "sha256": s.SHA256, "root": s.Root, "size": amount(s.Size)}
}

func amount(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// each visits the names of two maps in order.
func each[V any](a, b map[string]V, visit func(name string, x, y V)) {
	for _, name := range slices.SortedFunc(maps.Keys(union(a, b)), strings.Compare) {
		visit(name, a[name], b[name])
	}
}

func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return all
}
