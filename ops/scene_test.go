package ops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/lang/lockfile"
	"cosmo/ops/checkpoint"
)

// scene is a small apply: two ingredients of a few KB, one vodka, and two
// releases in different folders.
type scene struct {
	t     *testing.T
	dir   string
	link  string // how releases come to their places; "" is auto
	apart bool   // the folder far/ is another disk
	aside bool   // earlier releases may have been set aside
}

const sceneRecipe = `
model "a" { source = "in/a.safetensors" }
model "b" { source = "in/b.safetensors" }
vodka "v" { mix = 0.75 * model.a + 0.25 * model.b }
release "near" {
  model = vodka.v
  file  = "near/n.safetensors"
}
release "far" {
  model = 0.5 * vodka.v + 0.5 * model.b
  file  = "far/f.safetensors"
  dtype = "fp32"
}
`

// edited is sceneRecipe after a change of mind: all outputs are made anew.
var edited = strings.NewReplacer("0.75", "0.7", "0.25", "0.3").Replace(sceneRecipe)

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o777); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a", "b"} {
		s.write("in/"+name+".safetensors", sceneIngredients(t)[i])
	}
	s.write("bar.hcl", []byte(sceneRecipe))
	return s
}

var sceneFiles [][]byte

// sceneIngredients are checkpoints of 5 KB with a tensor of each component.
func sceneIngredients(t *testing.T) [][]byte {
	t.Helper()
	for seed := uint64(len(sceneFiles)); seed < 2; seed++ {
		layout, err := checkpoint.NewLayout([]checkpoint.Spec{
			{Name: unet + "input_blocks.0.0.weight", DType: checkpoint.F16, Shape: []int64{40, 4, 3, 3}},
			{Name: unet + "out.2.bias", DType: checkpoint.F32, Shape: []int64{4}},
			{Name: "first_stage_model.decoder.conv_in.bias", DType: checkpoint.F16, Shape: []int64{512}},
			{Name: witness, DType: checkpoint.F16, Shape: []int64{300}},
		}, map[string]string{"format": "pt"})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(seed, 11))
		var b bytes.Buffer
		err = checkpoint.Write(&b, layout, func(i int) (io.Reader, error) {
			x := &layout.Tensors[i]
			return bytes.NewReader(weights(r, x.DType.String(), x.Elements()).data), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sceneFiles = append(sceneFiles, b.Bytes())
	}
	return sceneFiles
}

// copy is the same scene elsewhere, where nothing happened yet.
func (s *scene) copy() *scene {
	s.t.Helper()
	c := newScene(s.t)
	c.link = s.link
	if s.apart {
		c.mount()
	}
	b, err := os.ReadFile(s.path("bar.hcl"))
	if err != nil {
		s.t.Fatal(err)
	}
	c.write("bar.hcl", b)
	return c
}

// mount makes the folder far/ another disk.
func (s *scene) mount() {
	s.t.Helper()
	s.apart = true
	if err := os.Mkdir(s.path("far"), 0o777); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *scene) write(name string, b []byte) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), b, 0o666); err != nil {
		s.t.Fatal(err)
	}
}

// disk is the scene's real files, without waiting for the device.
func (s *scene) disk() fsx.FS {
	if s.apart {
		return twoDisks{hasty{fsx.OS()}, s.path("far"), s.path("store")}
	}
	return hasty{fsx.OS()}
}

// open begins a session that makes goals, or everything, on a file system of
// choice.
func (s *scene) open(disk fsx.FS, goals ...string) (*Session, error) {
	r, diags := Load(s.path("bar.hcl"), nil)
	if diags.HasErrors() {
		return nil, diags
	}
	session, diags, err := Open(r, Options{
		StoreDir: s.path("store"), Goals: goals, All: len(goals) == 0, Threads: 1, FS: disk, Link: s.link,
		// Files that are hours old by then: their digests are remembered.
		Now: func() time.Time { return time.Now().Add(time.Hour) },
	})
	if err == nil && diags.HasErrors() {
		err = errors.Join(diags.Errs()...)
		if session != nil {
			err = errors.Join(err, session.Close())
		}
	}
	return session, err
}

// apply makes everything.
func (s *scene) apply(disk fsx.FS) (out *Outcome, err error) {
	session, err := s.open(disk)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	return session.Apply(context.Background())
}

func (s *scene) mustApply() *Outcome {
	s.t.Helper()
	out, err := s.apply(s.disk())
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// ending is what an apply that nothing disturbs leaves.
type ending struct {
	outputs map[string][2]digest.Sum // root and sha256 by address
	files   map[string]string        // content of releases and lock by name
}

func (s *scene) ending(out *Outcome) ending {
	s.t.Helper()
	e := ending{map[string][2]digest.Sum{}, map[string]string{}}
	for _, o := range out.Outputs {
		e.outputs[o.Address] = [2]digest.Sum{o.Root, o.SHA256}
	}
	for _, name := range []string{"near/n.safetensors", "far/f.safetensors", "bar.lock.hcl"} {
		b, err := os.ReadFile(s.path(name))
		if err != nil {
			s.t.Fatal(err)
		}
		e.files[name] = string(b)
	}
	return e
}

// differs says where two endings do; "" if they do not.
func (e ending) differs(want ending) string {
	var list []string
	for a := range want.outputs {
		if e.outputs[a] != want.outputs[a] {
			list = append(list, a)
		}
	}
	for name := range want.files {
		if e.files[name] != want.files[name] {
			list = append(list, name)
		}
	}
	if len(e.outputs) != len(want.outputs) || len(e.outputs) != 3 {
		list = append(list, fmt.Sprintf("%d outputs", len(e.outputs)))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// sound checks what a disturbed apply left: whatever is there is right, as it
// was before or as it is to be. What the store knows of on another disk may have
// been replaced, before it knew of that; other files may be gone if lost.
func (s *scene) sound(lost bool, may ...ending) {
	s.t.Helper()
	for _, name := range []string{"near/n.safetensors", "far/f.safetensors"} {
		b, err := os.ReadFile(s.path(name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil || !slices.ContainsFunc(may, func(e ending) bool { return e.files[name] == string(b) }) {
			s.t.Errorf("%s holds something else (%d bytes, %v)", name, len(b), err)
		}
	}
	b, err := os.ReadFile(s.path("bar.lock.hcl"))
	if err == nil {
		if _, diags := lockfile.Read("bar.lock.hcl", b); diags.HasErrors() {
			s.t.Errorf("the lock is damaged: %v", diags)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		s.t.Error(err)
	}
	s.clean(lost || s.apart)
}

// clean reads everything in the store.
func (s *scene) clean(lost bool) {
	s.t.Helper()
	st, err := store.Open(s.disk(), s.path("store"))
	if err != nil {
		s.t.Fatalf("the store cannot be opened: %v", err)
	}
	defer st.Close()
	rep, err := VerifyStore(context.Background(), st, 1, func(int64, int64) {}, true)
	if err != nil || len(rep.Damages) > 0 || rep.Broken+rep.Healed > 0 || len(rep.Missing) > 0 && !lost {
		s.t.Errorf("verify: %+v, %v", rep, err)
	}
	if list, err := st.Alarms(); err != nil || len(list) > 0 {
		s.t.Errorf("alarms: %+v, %v", list, err)
	}
}

// redo applies without disturbance, and expects the undisturbed ending, and
// after a GC nothing else.
func (s *scene) redo(want ending) {
	s.t.Helper()
	out, err := s.apply(s.disk())
	if err != nil {
		s.t.Fatalf("applied again: %v", err)
	}
	if d := s.ending(out).differs(want); d != "" {
		s.t.Errorf("applied again, these differ: %s", d)
	}
	s.clean(s.apart) // a release that was replaced by a copy is gone
	st, err := store.Open(s.disk(), s.path("store"))
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := st.GC(store.GCOptions{}); err != nil {
		s.t.Error(err)
	}
	if err := st.Close(); err != nil {
		s.t.Error(err)
	}
	s.clean(false)
	session, err := s.open(s.disk())
	if err != nil {
		s.t.Fatal(err)
	}
	if session.Summary().Work() {
		s.t.Errorf("after the gc there is work: %+v", session.Summary().Items)
	}
	if err := session.Close(); err != nil {
		s.t.Error(err)
	}
	s.tidy()
}

// tidy looks for what should not be there any more.
func (s *scene) tidy() {
	s.t.Helper()
	expected := []string{"bar.hcl", "bar.lock.hcl", "far/f.safetensors", "in/a.safetensors", "in/b.safetensors", "near/n.safetensors"}
	var got []string
	err := filepath.WalkDir(s.dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(s.dir, p)
		rel = filepath.ToSlash(rel)
		folder, inside, _ := strings.Cut(strings.TrimPrefix(rel, "store/"), "/")
		switch {
		case s.aside && strings.HasSuffix(rel, ".safetensors.old"):
		case !strings.HasPrefix(rel, "store/"):
			got = append(got, rel)
		case inside != "" && slices.Contains([]string{"tmp", "locks", "corrupt", "alarms"}, folder):
			got = append(got, rel)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if !slices.Equal(got, expected) {
		s.t.Errorf("in the end there are %q", got)
	}
}

// twoDisks makes a folder look as if it were on another disk than the store.
type twoDisks struct {
	fsx.FS
	far, store string
}

func within(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

func (d twoDisks) Stat(name string) (fsx.Info, error) {
	info, err := d.FS.Stat(name)
	if within(d.far, name) {
		info.Dev++
	}
	return info, err
}

func (d twoDisks) Link(old, new string) error {
	if within(d.store, old) && within(d.far, new) {
		return &os.LinkError{Op: "link", Old: old, New: new, Err: fsx.ErrUnsupported}
	}
	return d.FS.Link(old, new)
}

func (d twoDisks) Clone(old, new string) error {
	if within(d.store, old) && within(d.far, new) {
		return &os.LinkError{Op: "clone", Old: old, New: new, Err: fsx.ErrUnsupported}
	}
	return d.FS.Clone(old, new)
}
