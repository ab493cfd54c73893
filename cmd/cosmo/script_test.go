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
//	object NAME ADDRESS        set $NAME to the path of what was made for an address
//	flip FILE                  change a byte in the middle of a file, and hide it from its times
//	truncate FILE SIZE         cut a file
//	touch FILE                 give a file another time
//	[!] same FILE FILE         compare bytes
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
			e.Setenv("COLUMNS", "80") // screens are laid out for people
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" { // permissions do not bind it
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": cmdCode, "recipe": cmdRecipe, "edit": cmdEdit, "object": cmdObject, "flip": cmdFlip, "truncate": cmdTruncate,
			"touch": cmdTouch, "same": cmdSame, "await": cmdAwait, "count": cmdCount,
		},
		RequireExplicitExec: true,
	}
}

// want checks the number of arguments; most of the commands cannot be negated.
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

func cmdObject(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "object NAME ADDRESS")
	s, err := store.Open(fsx.OS(), ts.Getenv("COSMO_STORE"))
	ts.Check(err)
	defer s.Close()
	path := ""
	ts.Check(s.Each(func(e *store.Entry) error {
		if e.Address == args[1] {
			path = s.Abs(e.Object)
		}
		return nil
	}))
	if path == "" {
		ts.Fatalf("nothing sound was made for %s", args[1])
	}
	ts.Setenv(args[0], path)
}

func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "flip FILE")
	name := ts.MkAbs(args[0])
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

func cmdTouch(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "touch FILE")
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), time.Time{}, info.ModTime().Add(time.Second)))
}

func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, false, args, 2, "[!] same FILE FILE")
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if equal := bytes.Equal(a, b); equal == neg {
		ts.Fatalf("%s and %s are equal: %v", args[0], args[1], equal)
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
	list, err := filepath.Glob(ts.MkAbs(filepath.FromSlash(args[1])))
	ts.Check(err)
	if len(list) != n {
		ts.Fatalf("%d files match %s, want %d: %q", len(list), args[1], n, list)
	}
}

// hold is a program that has a store open until it is killed: shared, as an
// apply has it, exclusive, as a gc has it, or keys, which is an apply at work on
// everything that was ever made. hold MODE STORE SIGN makes the file SIGN when it
// is so far.
func hold() {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	s, err := store.Open(fsx.OS(), os.Args[2])
	fail(err)
	lock := func(name string) {
		_, err := fsx.OS().Lock(s.Abs(name), fsx.Exclusive, true)
		fail(err)
	}
	switch os.Args[1] {
	case "exclusive":
		fail(s.Close())
		lock("lock")
	case "keys":
		list, err := os.ReadDir(s.Abs("locks"))
		fail(err)
		for _, f := range list {
			lock("locks/" + f.Name())
		}
	}
	fail(os.WriteFile(os.Args[3], nil, 0o666))
	time.Sleep(time.Minute) // a script that fails to kill it has failed by then
}
