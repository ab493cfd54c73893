package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

const gigabyte = 1_000_000_000

// stored is an entry under a key that text makes.
func stored(text, address, op, object string, size int64, state string, keptBy ...string) store.ListItem {
	return store.ListItem{
		Entry: &store.Entry{Key: sum(text), Op: op, Address: address, Object: object, Root: sum("root of " + object), SHA256: sum(object), Size: size},
		State: state, KeptBy: keptBy,
	}
}

func objectPath(text string) string {
	h := sum(text).Hex()
	return "objects/" + h[:2] + "/" + h + ".safetensors"
}

func sampleListing() *Listing {
	const (
		cosmo = "/home/someone/recipes/cosmopolitan/cosmo.lock.hcl"
		mary  = "/home/someone/recipes/bloodymary.lock.hcl"
		size  = 2_132_650_982
	)
	return &Listing{
		Dir: "/home/someone/.local/share/cosmo", FreeBytes: 120 * gigabyte,
		Items: []store.ListItem{
			stored("d1", `release.cocktail["1.1"]`, "mix", objectPath("a"), size, store.StateSound, cosmo),
			stored("c1", `release.cocktail["1.1"]`, "mix", objectPath("a"), size, store.StateSound, cosmo),
			stored("d2", "release.cosmopolitan", "mix", objectPath("a"), size, store.StateTouched, cosmo),
			stored("s1", "model.sd15", "synth", objectPath("s"), 2*size, store.StateSound, mary, cosmo, "run 20261124T093000Z-17"),
			stored("d3", "vodka.mix4", "mix", objectPath("v"), size, store.StateSound, "run 20261124T093000Z-17"),
			stored("d4", "cocktail.old", "mix", objectPath("o"), size, store.StateTouched),
			stored("d5", "release.cut_short", "mix", objectPath("r"), size, store.StateResized, cosmo),
			stored("d6", "release.moved", "mix", objectPath("m"), size, store.StateGone, cosmo),
		},
	}
}

func sampleVerification() *Verification {
	want, have := sum("want"), sum("have")
	return &Verification{
		Dir: "/home/someone/.local/share/cosmo", Seconds: 21,
		VerifyReport: &store.VerifyReport{
			Objects: 24, Bytes: 25_600_000_000, Healed: 1, Broken: 2,
			Damages: []store.Damage{
				{Object: objectPath("a"), Addresses: []string{`release.cocktail["1.1"]`, "release.cosmopolitan"}, Reason: fmt.Sprintf("its root is %s and should be %s", have, want), SetAside: true},
				{Object: objectPath("r"), Addresses: []string{"release.cut_short"}, Reason: "it is 2132650000 bytes long and should be 2132650982", SetAside: true},
			},
			Missing: []store.Damage{{Object: objectPath("m"), Addresses: []string{"release.moved"}, Reason: "it is gone"}},
		},
		Alarms: []store.DifferentBytes{{
			Key: sum("key"), Op: "mix", Address: "vodka.mix4", Have: want, Got: have,
			HaveFile: "/home/someone/.local/share/cosmo/" + objectPath("v"), GotFile: "/home/someone/.local/share/cosmo/" + objectPath("w"),
		}},
	}
}

func sampleCollection() *Collection {
	return &Collection{
		Before: sampleListing().Items, FreeBytes: 124 * gigabyte,
		GCReport: &store.GCReport{
			Removed: []store.Removed{
				{Kind: "entry", Path: "index/aa/aa.json", Size: 812}, {Kind: "entry", Path: "index/ab/ab.json", Size: 1031},
				{Kind: "memory", Path: "remembered/cc.json", Size: 400},
				{Kind: "object", Path: objectPath("o"), Size: 2_132_650_982}, {Kind: "object", Path: objectPath("nobody's"), Size: 4_265_146_304},
				{Kind: "blob", Path: "blobs/dd/dd.attach", Size: 170_000},
				{Kind: "temporary", Path: "tmp/0", Size: 1_000_000_000}, {Kind: "lock", Path: "locks/ee"},
				{Kind: "corrupt", Path: "corrupt/ff.safetensors", Size: 2_132_650_982}, {Kind: "registration", Path: "roots/gg.json"},
			},
			Freed: 9_530_620_511, Kept: 19_193_858_838,
		},
	}
}

func TestStoreTexts(t *testing.T) {
	dry := sampleVerification()
	dry.DryRun = true
	for i := range dry.Damages {
		dry.Damages[i].SetAside = false
	}
	clean := &Verification{VerifyReport: &store.VerifyReport{Objects: 24, Bytes: 25_600_000_000}, Seconds: 21}
	stopped := &Verification{VerifyReport: &store.VerifyReport{Objects: 3, Bytes: 4_265_301_964}, Seconds: 2, Stopped: true}
	outside := &Verification{VerifyReport: &store.VerifyReport{Objects: 1, Bytes: 7, Damages: []store.Damage{{Object: "/mnt/models/x.safetensors", Addresses: []string{"release.x"}, Reason: "it is 7 bytes long and should be 8"}}}, Seconds: 1}
	would := sampleCollection()
	would.DryRun = true
	records := &Collection{FreeBytes: -1, GCReport: &store.GCReport{Removed: []store.Removed{{Kind: "memory", Path: "remembered/cc.json", Size: 400}}, Freed: 400, Kept: gigabyte}}
	locks := &Collection{FreeBytes: gigabyte, GCReport: &store.GCReport{Removed: []store.Removed{{Kind: "lock", Path: "locks/ee"}}, Kept: gigabyte}}
	for _, tc := range []struct {
		name string
		draw func(h *Human)
	}{
		{"store-ls", func(h *Human) { h.Listed(sampleListing()) }},
		{"store-ls-empty", func(h *Human) { h.Listed(&Listing{Dir: "/home/someone/.local/share/cosmo", FreeBytes: -1}) }},
		{"store-verify", func(h *Human) { h.Verified(sampleVerification()) }},
		{"store-verify-dry", func(h *Human) { h.Verified(dry) }},
		{"store-verify-clean", func(h *Human) { h.Verified(clean) }},
		{"store-verify-stopped", func(h *Human) { h.Verified(stopped) }},
		{"store-verify-outside", func(h *Human) { h.Verified(outside) }},
		{"store-verify-empty", func(h *Human) { h.Verified(&Verification{VerifyReport: &store.VerifyReport{}}) }},
		{"store-gc", func(h *Human) { h.Collected(sampleCollection()) }},
		{"store-gc-dry", func(h *Human) { h.Collected(would) }},
		{"store-gc-nothing", func(h *Human) {
			h.Collected(locks)
		}},
		{"store-gc-records", func(h *Human) { h.Collected(records) }},
	} {
		for _, w := range []int{80, 160} {
			h, b := humanAt(w, newClock())
			tc.draw(h)
			golden(t, fmt.Sprintf("%s.%d.txt", tc.name, w), b.String())
			for line := range strings.Lines(b.String()) {
				if n := width(strings.TrimSuffix(line, "\n")); n > w {
					t.Errorf("%s at %d columns: a line takes %d: %s", tc.name, w, n, line)
				}
			}
		}
	}
}

// sampleReading plays a verification of 25.6 GB at 1 GB/s.
func sampleReading(c *clock, v Store) {
	const total = 25_600_000_000
	v.Verifying(0, total)
	v.Verifying(0, total) // the lists of tensors have no bytes to speak of
	for i := range int64(12) {
		c.wind(1)
		v.Verifying((i+1)*gigabyte, total)
	}
}

// TestVerifyingPlain: where there is no terminal, a line at the beginning and
// one in five seconds; none for a store that is empty.
func TestVerifyingPlain(t *testing.T) {
	c := newClock()
	h, b := humanAt(80, c)
	sampleReading(c, h)
	h.Verifying(0, 0)
	want := `store: checking 25.6 GB
store: checking 5.00 GB of 25.6 GB, 1.00 GB/s, 21 s left
store: checking 10.0 GB of 25.6 GB, 1.00 GB/s, 16 s left
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	h, b = humanAt(80, c)
	if h.Verifying(0, 0); b.Len() > 0 {
		t.Errorf("an empty store is worth %q", b)
	}
}

// TestStoreJSON: a line for each object, damage and removal, then one with the
// sums; progress at most once a second.
func TestStoreJSON(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	v := NewJSON(Config{Out: Stream{W: &b}, Build: VersionInfo{Cosmo: "v1.2.3"}, Now: c.now})
	v.Listed(sampleListing())
	v.Listed(&Listing{FreeBytes: -1})
	sampleReading(c, v)
	v.Verified(sampleVerification())
	v.Collected(sampleCollection())
	golden(t, "store.json.txt", b.String())
	n := map[string]int{}
	for line := range strings.Lines(b.String()) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		typ := o["type"].(string)
		n[typ]++
		if typ == "object" && (o["kept_by"] == nil || o["addresses"] == nil) {
			t.Errorf("a list is null: %s", line)
		}
		for name := range o {
			if strings.Contains(name, "second") || strings.Contains(name, "free") {
				t.Errorf("the measurement %q lies outside of \"measured\"", name)
			}
		}
	}
	for typ, want := range map[string]int{"object": 6, "store": 2, "verify_progress": 12, "damage": 2, "missing": 1, "alarm": 1, "verified": 1, "removed": 10, "gc": 1} {
		if n[typ] != want {
			t.Errorf("%d %s lines, want %d", n[typ], typ, want)
		}
	}
}

// TestObjectsOf: what several entries say of one file is one object.
func TestObjectsOf(t *testing.T) {
	list := objectsOf(sampleListing().Items)
	all, unkept := totals(list)
	if len(list) != 6 || all != (amount{5, 4*2_132_650_982 + 2*2_132_650_982}) || unkept != (amount{1, 2_132_650_982}) {
		t.Fatalf("%d objects, %v, unkept %v", len(list), all, unkept)
	}
	for _, o := range list {
		if o.path != objectPath("a") {
			continue
		}
		// One of the entries knows the file as it is, so it is sound.
		if o.state != store.StateSound || len(o.addresses) != 2 || len(o.keys) != 3 || len(o.keptBy) != 1 {
			t.Errorf("got %+v", o)
		}
	}
	var zero digest.Sum
	first := stored("x", "vodka.x", "mix", objectPath("x"), 1, store.StateSound)
	first.SHA256 = zero
	if list := objectsOf([]store.ListItem{first, stored("y", "vodka.x", "mix", objectPath("x"), 1, store.StateSound)}); list[0].sha256.IsZero() {
		t.Error("the SHA-256 that the second entry knows is lost")
	}
}

func TestRecipeName(t *testing.T) {
	for keeper, want := range map[string]string{
		"/home/x/recipes/first-pour/cosmo.lock.hcl": "first-pour",
		"/home/x/recipes/bloodymary.lock.hcl":       "bloodymary",
	} {
		if got := recipeName(keeper); got != want {
			t.Errorf("%s: got %q, want %q", keeper, got, want)
		}
	}
}
