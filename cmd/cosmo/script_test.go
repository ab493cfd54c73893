package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cosmo/engine/fsx"
	"cosmo/engine/store"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cosmo": main,
		"hold":  hold,
	})
}

// TestScripts runs the program as its users do. The scripts say what each is
// about; these commands are added to testscript's own:
//
//	code N PROGRAM ARG...      run it; its exit code has to be N
//	recipe NAME                copy recipes/NAME here
//	edit FILE OLD NEW          replace the only OLD in a file
//	flip GLOB                  change a byte in the middle of the only such file, and hide it from its times
//	truncate FILE SIZE         cut a file
//	same FILE FILE             compare bytes
//	await FILE                 wait until a background process has made it
//	count N GLOB               there are N such files
func TestScripts(t *testing.T) {
	p := params(t)
	p.Dir = filepath.Join("..", "..", "testdata", "scripts")
	testscript.Run(t, p)
}

// TestRecipesPour applies every recipe of recipes/, but for the one that is
// for measuring and needs 40 GB.
func TestRecipesPour(t *testing.T) {
	list, err := os.ReadDir(recipes)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range list {
		if d.Name() == "bench-sd15" {
			continue
		}
		n++
		t.Run(d.Name(), func(t *testing.T) {
			p := params(t)
			p.Files = []string{filepath.Join("..", "..", "testdata", "recipe.txtar")}
			setup := p.Setup
			p.Setup = func(e *testscript.Env) error {
				e.Setenv("RECIPE", d.Name())
				return setup(e)
			}
			testscript.Run(t, p)
		})
	}
	if n == 0 {
		t.Error("there are no recipes")
	}
}

var recipes = filepath.Join("..", "..", "recipes")

func params(t *testing.T) testscript.Params {
	root, err := filepath.Abs(recipes)
	if err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("COSMO_STORE", filepath.Join(e.WorkDir, "store"))
			e.Setenv("RECIPES", root)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" { // permissions do not bind it
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": cmdCode, "recipe": cmdRecipe, "edit": cmdEdit, "flip": cmdFlip, "truncate": cmdTruncate,
			"same": cmdSame, "await": cmdAwait, "count": cmdCount,
		},
		RequireExplicitExec: true,
	}
}

// want checks the number of arguments; none of the commands can be negated.
func want(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "code N PROGRAM ARG...")
	wanted, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != wanted {
		ts.Fatalf("exit code %d, want %d", got, wanted)
	}
}

func cmdRecipe(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "recipe NAME")
	from := filepath.Join(ts.Getenv("RECIPES"), args[0])
	list, err := os.ReadDir(from)
	ts.Check(err)
	to := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(to, 0o777))
	for _, f := range list {
		if f.IsDir() || strings.HasSuffix(f.Name(), ".lock.hcl") { // what was poured there is not wanted
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, f.Name()))
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(to, f.Name()), b, 0o666))
	}
}

func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "edit FILE OLD NEW")
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, args[1]); n != 1 {
		ts.Fatalf("%q is %d times in %s", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o666))
}

// glob finds files; the pattern's slashes are the system's.
func glob(ts *testscript.TestScript, pattern string) []string {
	list, err := filepath.Glob(ts.MkAbs(filepath.FromSlash(pattern)))
	ts.Check(err)
	return list
}

func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "flip GLOB")
	list := glob(ts, args[0])
	if len(list) != 1 {
		ts.Fatalf("%d files match %s, want one", len(list), args[0])
	}
	name := list[0]
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.Chmod(name, 0o644))
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	ts.Check(err)
	b := make([]byte, 1)
	_, err = f.ReadAt(b, info.Size()/2)
	ts.Check(err)
	b[0] ^= 4
	_, err = f.WriteAt(b, info.Size()/2)
	ts.Check(err)
	ts.Check(f.Close())
	ts.Check(os.Chmod(name, info.Mode()))
	ts.Check(os.Chtimes(name, time.Time{}, info.ModTime()))
}

func cmdTruncate(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "truncate FILE SIZE")
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "same FILE FILE")
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if !bytes.Equal(a, b) {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "await FILE")
	for range 1000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nobody makes %s", args[0])
}

func cmdCount(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "count N GLOB")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	if list := glob(ts, args[1]); len(list) != n {
		ts.Fatalf("%d files match %s, want %d: %q", len(list), args[1], n, list)
	}
}

// hold is a program that has a store open, as an apply has it (shared) or a gc
// (exclusive), until it is killed: hold MODE STORE SIGN makes the file SIGN when
// it has it.
func hold() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	s, err := store.Open(fsx.OS(), os.Args[2])
	fail(err)
	if os.Args[1] == "exclusive" {
		fail(s.Close())
		_, err := fsx.OS().Lock(filepath.Join(os.Args[2], "lock"), fsx.Exclusive, true)
		fail(err)
	}
	fail(os.WriteFile(os.Args[3], nil, 0o666))
	time.Sleep(time.Minute) // a script that fails to kill it has failed by then
}
