package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// drinks is a folder with recipes/first-pour in it, and a store of its own.
type drinks struct {
	t   *testing.T
	dir string
}

func newDrinks(t *testing.T) *drinks {
	t.Helper()
	d := &drinks{t, t.TempDir()}
	b, err := os.ReadFile(filepath.Join(recipes, "first-pour", "recipe.hcl"))
	if err == nil {
		err = os.Mkdir(d.path("bar"), 0o777)
	}
	if err == nil {
		err = os.WriteFile(d.path("bar/recipe.hcl"), b, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *drinks) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

// edit changes six of the ten outputs.
func (d *drinks) edit() {
	d.t.Helper()
	b, err := os.ReadFile(d.path("bar/recipe.hcl"))
	if err != nil {
		d.t.Fatal(err)
	}
	text := string(b)
	for _, change := range [][2]string{{"60/20/20", "50/25/25"}, {"0.6 * each.value + 0.2", "0.5 * each.value + 0.3"}} {
		if strings.Count(text, change[0]) != 1 {
			d.t.Fatalf("%q is not once in the recipe", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	if err := os.WriteFile(d.path("bar/recipe.hcl"), []byte(text), 0o666); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drinks) command(args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	cmd, out = exec.Command("cosmo", args...), new(bytes.Buffer)
	cmd.Dir, cmd.Stdout, cmd.Stderr = d.dir, out, out
	cmd.Env = append(os.Environ(), "HOME="+d.path("home"), "COSMO_STORE="+d.path("store"))
	return cmd, out
}

// run expects exit code 0.
func (d *drinks) run(args ...string) {
	d.t.Helper()
	cmd, out := d.command(args...)
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("cosmo %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// runAndKill kills an apply after a time, and says whether that was before its
// end.
func (d *drinks) runAndKill(after time.Duration) (killed bool) {
	d.t.Helper()
	cmd, out := d.command("apply", "bar")
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // it may be over by then
	defer timer.Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() > 0 {
		d.t.Fatalf("killed after %v, it says: %v\n%s", after, err, out)
	}
	return err != nil
}

// files are the lock and the releases, by name.
func (d *drinks) files() map[string]string {
	d.t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(d.path("bar"), func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(d.path("bar"), p)
		found[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// same compares with what an apply that nobody disturbs leaves.
func (d *drinks) same(want map[string]string) {
	d.t.Helper()
	got := d.files()
	for name := range got {
		if _, ok := want[name]; !ok {
			d.t.Errorf("there is %s", name)
		}
	}
	for name := range want {
		if got[name] != want[name] {
			d.t.Errorf("%s differs", name)
		}
	}
}

// left lists what dead processes may leave in a store.
func (d *drinks) left() (list []string) {
	d.t.Helper()
	for _, folder := range []string{"tmp", "locks", "corrupt", "alarms"} {
		entries, err := os.ReadDir(d.path("store/" + folder))
		if err != nil {
			d.t.Fatal(err)
		}
		for _, e := range entries {
			list = append(list, folder+"/"+e.Name())
		}
	}
	return list
}

// TestKill kills the program in the middle of an apply, from nothing and after
// an edit by turns. The next apply ends as if nothing had been, the store is
// sound, and nothing is left over. COSMO_LONG=1 kills thirty times.
func TestKill(t *testing.T) {
	times := 5
	if os.Getenv("COSMO_LONG") != "" {
		times = 30
	}
	calm := newDrinks(t)
	calm.run("apply", "bar")
	wants := []map[string]string{calm.files()}
	calm.edit()
	calm.run("apply", "bar")
	wants = append(wants, calm.files())
	if len(wants[0]) != 12 || len(wants[1]) != 12 { // the recipe, the lock, ten releases
		t.Fatalf("there are %d and %d files", len(wants[0]), len(wants[1]))
	}
	r := rand.New(rand.NewPCG(9, 0))
	killed, tries := 0, 0
	for killed < times && tries < 3*times { // some are over before they are killed
		i := tries
		tries++
		after := time.Duration(5+r.IntN(596)) * time.Millisecond
		t.Run(fmt.Sprintf("%d after %v", i, after), func(t *testing.T) {
			d, want := newDrinks(t), wants[i%2]
			if i%2 == 1 {
				d.run("apply", "bar")
				d.edit()
			}
			if d.runAndKill(after) {
				killed++
			}
			d.run("apply", "bar")
			d.same(want)
			d.run("store", "verify")
			d.run("store", "gc")
			if left := d.left(); len(left) > 0 {
				t.Errorf("after the gc there are %q", left)
			}
			d.run("plan", "--detailed-exitcode", "bar") // nothing to do
			d.same(want)
		})
	}
	t.Logf("%d of %d were killed before their end", killed, tries)
	if killed < times/2 {
		t.Error("most were over before they were killed")
	}
}

// TestAtOnce applies one recipe in several processes at once. All succeed, and
// together they leave what one would have.
func TestAtOnce(t *testing.T) {
	calm := newDrinks(t)
	calm.run("apply", "bar")
	d := newDrinks(t)
	var cmds []*exec.Cmd
	var outs []*bytes.Buffer
	made := 0
	for _, goals := range [][]string{nil, nil, {`release.cocktail["1.1"]`, `release.vodka["mix4"]`}} {
		cmd, out := d.command(append([]string{"apply", "bar"}, goals...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds, outs = append(cmds, cmd), append(outs, out)
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, outs[i])
		}
		made += strings.Count(outs[i].String(), ": poured ")
	}
	if made != 10 {
		t.Errorf("they poured %d files:\n%s\n%s\n%s", made, outs[0], outs[1], outs[2])
	}
	d.same(calm.files())
	d.run("store", "verify")
	d.run("store", "gc")
	if left := d.left(); len(left) > 0 {
		t.Errorf("after the gc there are %q", left)
	}
}
