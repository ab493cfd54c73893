package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine/digest"
)

// vodka is an op with everything that a key can hold.
func vodka() Op {
	return Op{
		Address: "vodka.v", Kind: "mix", Version: 3, Params: "dtype * F16\nextra_keys drop\n",
		Inputs: []Edge{{0, "mix 4/5"}, {1, "mix 1/5 first"}}, Data: thing{"v", ""},
	}
}

// TestPreimages: the texts that keys are made of, and that their SHA-256 is the
// key. Whoever changes one makes every store's results anew.
func TestPreimages(t *testing.T) {
	w := newWorld(t)
	w.shelf.known["model.a"], w.shelf.known["model.b"] = true, true
	plain := made("make", "synth.s", "s")
	plain.Params = ""
	release := vodka()
	release.Address, release.ByFile, release.Params = "release.r", true, `label "R"`
	p := w.plan(file("model.a", "a"), file("model.b", "b"), vodka(), release, plain)
	var b bytes.Buffer
	for _, n := range p.Nodes {
		if n.Op.Kind == "file" {
			// Files are named by their digest alone.
			x := n.Op.Data.(thing)
			text := "cosmo file 1\nsha256:" + hexOf(x.content+x.meta) + "\n"
			if n.Key.Hex() != hexOf(text) || n.Preimage+n.ContentPre != "" {
				t.Errorf("the key of %s is %s", n.Op.Address, n.Key)
			}
			continue
		}
		for _, k := range []struct {
			name, text string
			key        digest.Sum
		}{{"definition", n.Preimage, n.Key}, {"content", n.ContentPre, n.ContentKey}} {
			fmt.Fprintf(&b, "# %s, %s key\n%s", n.Op.Address, k.name, k.text)
			if k.key.Hex() != hexOf(k.text) {
				t.Errorf("the %s key of %s is %s, not that of its pre-image", k.name, n.Op.Address, k.key)
			}
		}
	}
	name := filepath.Join("testdata", "preimages.txt")
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("other pre-images (-want +got):\n%s", d)
	}
}

// hexOf is SHA-256 without our own code.
func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// keysOf plans op over two files, read or only locked, and gives its keys.
func keysOf(t *testing.T, op Op, known bool) (definition, content digest.Sum) {
	t.Helper()
	w := newWorld(t)
	w.shelf.known["model.a"], w.shelf.known["model.b"] = known, known
	p := w.plan(pinnedFile("model.a", "a"), pinnedFile("model.b", "b"), op)
	return p.Nodes[2].Key, p.Nodes[2].ContentKey
}

// pinnedFile is a file with the pin of a lock, so that keys are known unread.
func pinnedFile(address, content string) Op {
	x := file(address, content).Data.(thing)
	return pinned(file(address, content), Pin{SHA256: x.file(), Root: x.root(), Size: x.size()})
}

// TestKeysHold: what an op is called, where it stands, in which order its
// inputs are named, what it is asked for and how it is done change no key; nor
// does it matter whether an input was read or only locked.
func TestKeysHold(t *testing.T) {
	definition, content := keysOf(t, vodka(), true)
	if definition.IsZero() || content.IsZero() || definition == content {
		t.Fatalf("keys %s and %s", definition, content)
	}
	for name, change := range map[string]func(op *Op){
		"address": func(op *Op) { op.Address = "vodka.other" },
		"range":   func(op *Op) { op.Range = Range{File: "x", Line: 7} },
		"goal":    func(op *Op) { op.Goal = true },
		"data":    func(op *Op) { op.Data = thing{"other", "x"} },
		"pin":     func(op *Op) { op.Pin = &Pin{Root: digest.Of(nil)} },
		"order":   func(op *Op) { op.Inputs[0], op.Inputs[1] = op.Inputs[1], op.Inputs[0] },
		"end":     func(op *Op) { op.Params = strings.TrimSuffix(op.Params, "\n") },
	} {
		op := vodka()
		change(&op)
		if d, c := keysOf(t, op, true); d != definition || c != content {
			t.Errorf("%s: the keys are %s and %s, want %s and %s", name, d, c, definition, content)
		}
	}
	if d, c := keysOf(t, vodka(), false); d != definition || c != content {
		t.Errorf("of locked files: the keys are %s and %s, want %s and %s", d, c, definition, content)
	}
	// The same inputs under other names and numbers, and a bystander.
	w := newWorld(t)
	op := vodka()
	op.Inputs = []Edge{{2, "mix 4/5"}, {0, "mix 1/5 first"}}
	p := w.plan(pinnedFile("z", "b"), pinnedFile("bystander", "c"), pinnedFile("y", "a"), op)
	if n := p.Nodes[3]; n.Key != definition || n.ContentKey != content {
		t.Errorf("in another table: the keys are %s and %s, want %s and %s", n.Key, n.ContentKey, definition, content)
	}
}

// TestKeysChange: each of these makes something else.
func TestKeysChange(t *testing.T) {
	seen := map[digest.Sum]string{}
	note := func(name string, keys ...digest.Sum) {
		for _, k := range keys {
			if before, ok := seen[k]; ok {
				t.Errorf("%s has a key of %s", name, before)
			}
			seen[k] = name
		}
	}
	d, c := keysOf(t, vodka(), true)
	note("the first", d, c)
	for name, change := range map[string]func(op *Op){
		"kind":       func(op *Op) { op.Kind = "make" },
		"version":    func(op *Op) { op.Version++ },
		"params":     func(op *Op) { op.Params = "dtype * BF16\nextra_keys drop\n" },
		"no params":  func(op *Op) { op.Params = "" },
		"role":       func(op *Op) { op.Inputs[0].Role = "mix 3/5" },
		"parts":      func(op *Op) { op.Inputs[0].Role, op.Inputs[1].Role = op.Inputs[1].Role, op.Inputs[0].Role },
		"from":       func(op *Op) { op.Inputs[1].From = 0 },
		"fewer":      func(op *Op) { op.Inputs = op.Inputs[:1] },
		"none":       func(op *Op) { op.Inputs = nil },
		"twice":      func(op *Op) { op.Inputs = append(op.Inputs, op.Inputs[0]) },
		"no version": func(op *Op) { op.Version = 0 },
	} {
		op := vodka()
		change(&op)
		d, c := keysOf(t, op, true)
		note(name, d, c)
	}
	// What names its files sees their bytes; others see what they are.
	w := newWorld(t)
	for _, meta := range []string{"1", "2"} {
		a := file("model."+meta, "a")
		a.Data = thing{"a", meta}
		w.shelf.known[a.Address] = true
		b := file("model.b", "b")
		w.shelf.known[b.Address] = true
		byFile := vodka()
		byFile.ByFile = true
		p := w.plan(a, b, byFile, vodka())
		note("another file "+meta, p.Nodes[2].Key, p.Nodes[2].ContentKey)
		if p.Nodes[3].Key != p.Nodes[2].Key || p.Nodes[3].ContentKey != c {
			t.Errorf("of equal tensors in file %s: the keys are %s and %s", meta, p.Nodes[3].Key, p.Nodes[3].ContentKey)
		}
	}
}

// TestValidate: no two tables have one pre-image, and inputs come first.
func TestValidate(t *testing.T) {
	for want, op := range map[string]Op{
		"input 1 does not come before it":       {Inputs: []Edge{{1, ""}}},
		"input 7 does not come before it":       {Inputs: []Edge{{7, ""}}},
		"input -1 does not come before it":      {Inputs: []Edge{{-1, ""}}},
		`kind "make 1" is not a word`:           {Kind: "make 1"},
		`kind "make\n" is not a word`:           {Kind: "make\n"},
		`params "input x" look like an input`:   {Params: "input x"},
		`params "a\ninput " look like an input`: {Params: "a\ninput "},
		`role "a\nb" is more than a line`:       {Inputs: []Edge{{0, "a\nb"}}},
	} {
		if op.Kind == "" {
			op.Kind = "make"
		}
		op.Address = "vodka.v"
		w := newWorld(t)
		_, err := NewPlan(&Graph{Ops: []Op{made("make", "vodka.u", "u"), op}}, w.st, w.impls())
		if err == nil || err.Error() != "op 1 (vodka.v): "+want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	fine := made("make", "vodka.v", "v")
	fine.Params = "inputs 3\nof input\n"
	if err := (&Graph{Ops: []Op{fine}}).Validate(); err != nil {
		t.Error(err)
	}
	_, err := NewPlan(&Graph{Ops: []Op{{Address: "vodka.v", Kind: "bake"}}}, newWorld(t).st, nil)
	if err == nil || err.Error() != `plan vodka.v: no implementation of "bake"` {
		t.Errorf("got %v", err)
	}
}
