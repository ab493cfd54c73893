package ops

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine/fsx/faultfs"
	"cosmo/ops/release"
)

// TestChangedBehindThePlan: an ingredient that changes after the plan was made
// and before it is opened gives nothing: its digest is that of other bytes.
func TestChangedBehindThePlan(t *testing.T) {
	s := newScene(t)
	s.mustApply()
	s.write("bar.hcl", []byte(edited))
	calm := s.copy()
	want := calm.ending(calm.mustApply())
	session, err := s.open(s.disk())
	if err != nil {
		t.Fatal(err)
	}
	sound := sceneIngredients(t)[0]
	other := append([]byte(nil), sound...)
	other[len(other)-1] ^= 1
	info, err := os.Stat(s.path("in/a.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("in/a.safetensors", other)
	if err := os.Chtimes(s.path("in/a.safetensors"), time.Time{}, info.ModTime()); err != nil { // as a copying tool does
		t.Fatal(err)
	}
	out, err := session.Apply(context.Background())
	if err == nil || !strings.Contains(err.Error(), "a.safetensors changed") {
		t.Errorf("got %v", err)
	}
	if len(out.Outputs) > 0 {
		t.Errorf("it gave %+v", out.Outputs)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	s.write("in/a.safetensors", sound)
	s.redo(want)
}

// TestLockOfTwo: two that apply parts of one recipe at once both have their
// say in its lock.
func TestLockOfTwo(t *testing.T) {
	calm := newScene(t)
	want := calm.ending(calm.mustApply()).files["bar.lock.hcl"]
	s := newScene(t)
	near, err := s.open(s.disk(), "release.near")
	if err != nil {
		t.Fatal(err)
	}
	rest, err := s.open(s.disk(), "release.far", "vodka.v")
	if err != nil {
		t.Fatal(err)
	}
	for _, session := range []*Session{near, rest} {
		if out, err := session.Apply(context.Background()); err != nil || !out.LockChanged {
			t.Errorf("got %+v, %v", out, err)
		}
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile(s.path("bar.lock.hcl")); string(got) != want {
		t.Errorf("the lock is\n%s\n%v, want\n%s", got, err, want)
	}
}

// TestLockDamagedMeanwhile: a lock that cannot be read any more is not written
// over.
func TestLockDamagedMeanwhile(t *testing.T) {
	s := newScene(t)
	session, err := s.open(s.disk())
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	s.write("bar.lock.hcl", []byte("not a lock {\n"))
	out, err := session.Apply(context.Background())
	if err == nil || !strings.Contains(err.Error(), "write the lock "+s.path("bar.lock.hcl")) || out.LockChanged {
		t.Errorf("got %+v, %v", out, err)
	}
	if b, err := os.ReadFile(s.path("bar.lock.hcl")); string(b) != "not a lock {\n" {
		t.Errorf("it holds %q, %v", b, err)
	}
}

// TestPlacesInOrder: a pass that pours into several places takes them in the
// order of their names, whatever the releases are called.
func TestPlacesInOrder(t *testing.T) {
	s := newScene(t)
	s.mount()
	s.write("bar.hcl", []byte(strings.ReplaceAll(sceneRecipe, "near/n", "far/a")))
	f := faultfs.New(s.disk())
	if _, err := s.apply(f); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, call := range f.Trace() {
		for _, name := range []string{"far/a.safetensors", "far/f.safetensors"} {
			if call == "lock "+s.path("store/locks/"+release.PlaceKey(s.path(name)).Hex()) {
				got = append(got, name)
			}
		}
	}
	if want := []string{"far/a.safetensors", "far/f.safetensors"}; !slices.Equal(got, want) {
		t.Errorf("taken are %q, want %q", got, want)
	}
}
