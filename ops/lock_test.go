package ops

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine"
	"cosmo/lang/lockfile"
)

// lockRecipe has a choice beside the mixes.
const lockRecipe = sceneRecipe + `
choose "best" {
  from = [model.a, model.b]
  by   = pick("a")
}
release "chosen" {
  model = choose.best.winner
  file  = "near/c.safetensors"
}
`

// TestDrift: what apply, apply --locked, lock and lock --upgrade do about
// everything that can be other than when the lock was made. What is pinned
// changes only where somebody asked for it: by another recipe, or --upgrade.
func TestDrift(t *testing.T) {
	remake := func(s *scene) { // nothing that was made is there any more
		for _, name := range []string{"store", "near", "far"} {
			if err := os.RemoveAll(s.path(name)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	edit := func(from, to string) func(s *scene) {
		return func(s *scene) {
			text, err := os.ReadFile(s.path("bar.hcl"))
			if err != nil || !strings.Contains(string(text), from) {
				s.t.Fatalf("%v, %s", err, text)
			}
			s.write("bar.hcl", []byte(strings.ReplaceAll(string(text), from, to)))
		}
	}
	move := func(s *scene) {
		if err := os.Rename(s.path("in/a.safetensors"), s.path("in/c.safetensors")); err != nil {
			s.t.Fatal(err)
		}
		edit("in/a.safetensors", "in/c.safetensors")(s)
	}
	other := func(name string) func(s *scene) {
		return func(s *scene) {
			b := slices.Clone(sceneIngredients(s.t)[0])
			b[len(b)-1] ^= 1
			s.write(name, b)
		}
	}
	longer := func(s *scene) {
		s.write("in/a.safetensors", sceneIngredients(s.t)[0][:100])
	}
	gone := func(s *scene) {
		if err := os.Remove(s.path("in/a.safetensors")); err != nil {
			s.t.Fatal(err)
		}
	}
	version := func(s *scene) {
		text, err := os.ReadFile(s.path("bar.lock.hcl"))
		if err != nil {
			s.t.Fatal(err)
		}
		s.write("bar.lock.hcl", []byte(strings.Replace(string(text), "op \"mix\" {\n  version = 1", "op \"mix\" {\n  version = 7", 1)))
	}
	const ok, pin, unlocked, refused = "", "pin", "not up to date", "refused"
	type result struct {
		err     string
		entries string // of the lock that are others then
	}
	for _, c := range []struct {
		name                         string
		drift                        []func(*scene)
		apply, locked, lock, upgrade result
	}{
		{"nothing", nil, result{}, result{}, result{}, result{}},
		{"made again", []func(*scene){remake}, result{}, result{}, result{}, result{}},
		{"other bytes, all is there", []func(*scene){other("in/a.safetensors")}, result{}, result{}, result{}, result{ok, "choose.best model.a"}},
		{"other bytes", []func(*scene){other("in/a.safetensors"), remake}, result{pin, ""}, result{pin, ""}, result{}, result{ok, "choose.best model.a"}},
		{"a damaged file", []func(*scene){longer, remake}, result{pin, ""}, result{pin, ""}, result{}, result{refused, ""}},
		{"a missing file, all is there", []func(*scene){gone}, result{}, result{}, result{}, result{refused, ""}},
		{"a missing file", []func(*scene){gone, remake}, result{refused, ""}, result{refused, ""}, result{}, result{refused, ""}},
		{"a moved file", []func(*scene){move}, result{ok, "model.a"}, result{unlocked, ""}, result{ok, "model.a"}, result{ok, "model.a"}},
		{"another file elsewhere", []func(*scene){move, other("in/c.safetensors")}, result{ok, "choose.best model.a release.chosen release.far release.near vodka.v"}, result{unlocked, ""}, result{ok, "choose.best model.a"}, result{ok, "choose.best model.a"}},
		{"another version of an op", []func(*scene){version}, result{refused, ""}, result{refused, ""}, result{refused, ""}, result{ok, "op mix"}},
		{"another winner", []func(*scene){edit(`pick("a")`, `pick("b")`)}, result{ok, "choose.best release.chosen"}, result{unlocked, ""}, result{ok, "choose.best"}, result{ok, "choose.best"}},
		{"another weight", []func(*scene){edit("0.75", "0.7"), edit("0.25", "0.3")}, result{ok, "release.far release.near vodka.v"}, result{unlocked, ""}, result{}, result{}},
		{"a release less", []func(*scene){edit(lockRecipe[strings.Index(lockRecipe, "release \"chosen\""):], "")}, result{}, result{}, result{}, result{ok, "release.chosen"}},
	} {
		for verb, want := range map[string]result{"apply": c.apply, "apply --locked": c.locked, "lock": c.lock, "lock --upgrade": c.upgrade} {
			t.Run(c.name+"/"+verb, func(t *testing.T) {
				s := newScene(t)
				s.write("bar.hcl", []byte(lockRecipe))
				s.mustApply()
				for _, drift := range c.drift {
					drift(s)
				}
				before := s.lock()
				err := s.verb(verb)
				got := result{"", strings.Join(changed(before, s.lock()), " ")}
				var pinned *engine.PinError
				var behind *UnlockedError
				switch {
				case errors.As(err, &pinned):
					got.err = pin
				case errors.As(err, &behind):
					got.err = unlocked
				case err != nil:
					got.err = refused
				}
				if got != want {
					t.Errorf("%+v, want %+v: %v", got, want, err)
				}
			})
		}
	}
}

// verb does one of the four things that look at a lock.
func (s *scene) verb(verb string) error {
	s.t.Helper()
	r, diags := Load(s.path("bar.hcl"), nil)
	if diags.HasErrors() {
		s.t.Fatal(diags)
	}
	o := Options{StoreDir: s.path("store"), All: true, Threads: 1, FS: s.disk(), Now: func() time.Time { return time.Now().Add(time.Hour) }}
	if strings.HasPrefix(verb, "lock") {
		var up *Upgrade
		if verb == "lock --upgrade" {
			up = &Upgrade{}
		}
		_, diags, err := Pin(context.Background(), r, o, up)
		if diags.HasErrors() {
			return errors.Join(diags.Errs()...)
		}
		return err
	}
	o.Locked = verb == "apply --locked"
	session, diags, err := Open(r, o)
	if session != nil {
		defer session.Close()
	}
	if diags.HasErrors() {
		return errors.Join(diags.Errs()...)
	}
	if err != nil {
		return err
	}
	_, err = session.Apply(context.Background())
	return err
}

func (s *scene) lock() *lockfile.Lock {
	s.t.Helper()
	text, err := os.ReadFile(s.path("bar.lock.hcl"))
	if err != nil {
		s.t.Fatal(err)
	}
	l, diags := lockfile.Read("bar.lock.hcl", text)
	if diags.HasErrors() {
		s.t.Fatal(diags)
	}
	return l
}

// changed lists the entries in which two locks differ.
func changed(a, b *lockfile.Lock) []string {
	var list []string
	differ := func(name string, same bool) {
		if !same {
			list = append(list, name)
		}
	}
	each(a.Sources, b.Sources, func(n string, x, y lockfile.Source) { differ(n, x == y) })
	each(a.Ops, b.Ops, func(n string, x, y int) { differ("op "+n, x == y) })
	each(a.Choices, b.Choices, func(n string, x, y lockfile.Choice) { differ(n, x == y) })
	each(a.Outputs, b.Outputs, func(n string, x, y lockfile.Output) { differ(n, x == y) })
	slices.Sort(list)
	return list
}

// TestUpgradeOne: only what is named is pinned anew, and what a recipe no longer
// has goes with the rest.
func TestUpgradeOne(t *testing.T) {
	s := newScene(t)
	s.mustApply()
	for _, name := range []string{"a", "b"} {
		b := slices.Clone(sceneIngredients(t)[0])
		b[len(b)-2] ^= 3
		s.write("in/"+name+".safetensors", b)
	}
	before := s.lock()
	r, _ := Load(s.path("bar.hcl"), nil)
	o := Options{StoreDir: s.path("store"), Threads: 1, FS: s.disk(), Now: func() time.Time { return time.Now().Add(time.Hour) }}
	p, diags, err := Pin(context.Background(), r, o, &Upgrade{Addresses: []string{"model.b", "release.near"}})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	if d := cmp.Diff([]string{"model.b", "release.near"}, changed(before, s.lock())); d != "" {
		t.Error(d)
	}
	if len(p.Changes) != 3 || p.Changes[0].Entry != "model.b" || p.Changes[2].New != "" || p.Hashed == 0 {
		t.Errorf("%+v", p)
	}
	if _, diags, _ := Pin(context.Background(), r, o, &Upgrade{Addresses: []string{"model.c"}}); !diags.HasErrors() || !strings.Contains(diags[0].Detail, "did you mean model.a?") {
		t.Error(diags)
	}
	s.write("bar.hcl", []byte(strings.Replace(sceneRecipe, `"near" {`, `"beside" {`, 1)))
	r, _ = Load(s.path("bar.hcl"), nil)
	if _, diags, err := Pin(context.Background(), r, o, &Upgrade{}); err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	if _, there := s.lock().Outputs["release.near"]; there {
		t.Error("a release that is no more is in the lock")
	}
}
