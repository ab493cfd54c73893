package view

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/ops"
)

var update = flag.Bool("update", false, "rewrite the golden texts; read the difference before you commit it")

// golden compares with testdata/name. The texts are short enough to be judged
// by eye, which is how they were accepted.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// clock is a hand-wound clock; a slow one goes less far at every turn.
type clock struct {
	t     time.Time
	speed float64
}

func (c *clock) now() time.Time       { return c.t }
func (c *clock) wind(seconds float64) { c.t = c.t.Add(time.Duration(seconds * c.speed * 1e9)) }
func newClock() *clock                { return &clock{time.Unix(1_700_000_000, 0), 1} }

func fixedSize(w, h int) func() (int, int) { return func() (int, int) { return w, h } }

// humanAt is a view w columns wide that writes plain text into one buffer.
func humanAt(w int, c *clock) (*Human, *bytes.Buffer) {
	b := new(bytes.Buffer)
	s := Stream{W: b, Size: fixedSize(w, 24)}
	return NewHuman(Config{Out: s, Err: s, Now: c.now}), b
}

func sum(text string) digest.Sum { return digest.Of([]byte(text)) }

func samplePlan() *ops.PlanSummary {
	return &ops.PlanSummary{
		Items: []ops.PlanItem{
			{Address: "model.dreamshaper", Kind: "model", Action: "present", Bytes: 2_132_650_982},
			{Address: "model.epicrealism", Kind: "model", Action: "hash", Reason: "seen for the first time, or changed since", Bytes: 2_132_626_794},
			{Address: "model.sd15", Kind: "model", Action: "synthesise", Reason: "not in the store", Bytes: 4_265_146_304},
			{Address: "release.moved", Kind: "release", Action: "place", Reason: "it is in the store, and not in its place", Bytes: 2_132_650_982, Dest: "out/moved.safetensors"},
			{Address: "model.old", Kind: "model", Action: "unneeded", Reason: "what is made from it is there"},
			{Address: `cocktail.merged["2.2"]`, Kind: "cocktail", Action: "present", Bytes: 2_132_650_982},
			{
				Address: "release.cosmopolitan", Kind: "release", Action: "make", Reason: "its definition or an ingredient changed since the lock was written",
				Bytes: 2_132_650_982, Dest: "out/cosmopolitan.safetensors",
				From: []string{"model.V1", "model.V3", "model.sd15", "model.epicrealism", "model.dreamshaper"},
			},
		},
		HashBytes: 2_132_626_794, ReadBytes: 12_800_000_000, WriteBytes: 6_397_797_286,
		FreeBytes: 120_000_000_000, MemoryBytes: 412_000_000, Seconds: 7.4,
	}
}

func sampleOutcome() *ops.Outcome {
	return &ops.Outcome{
		Outputs: []ops.Output{
			{Address: `cocktail.merged["2.2"]`, Path: "/home/someone/.local/share/cosmo/objects/ab/ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34.safetensors", Root: sum("a"), Size: 2_132_650_982},
			{Address: "release.cosmopolitan", Path: "recipes/cosmopolitan/out/cosmopolitan.safetensors", Root: sum("b"), SHA256: sum("c"), Size: 2_132_650_982, Made: true, Tensors: 1131, TensorsReused: 686, Saturated: 1204, NaN: 1},
			{Address: "release.moved", Path: "recipes/cosmopolitan/out/moved.safetensors", Root: sum("d"), SHA256: sum("e"), Size: 2_132_650_982, Placed: true},
		},
		Hashed: 17_100_000_000, HashSeconds: 8.1, Read: 12_800_000_000, Written: 2_132_650_982, Reused: 1_000_000,
		Seconds: 12.25, PourSeconds: 2.5, DiskBytesPerSecond: 1e9, LockPath: "recipes/cosmopolitan/cosmo.lock.hcl", LockChanged: true,
	}
}

func sampleBottles() []ops.Bottle {
	return []ops.Bottle{
		{
			Address: "release.cosmopolitan", Of: `cocktail.trained["3.1"]`, File: "out/cosmopolitan.safetensors",
			Written: "0.6 * vodka.mix4 + 0.2 * model.epicrealism + 0.2 * model.dreamshaper", Mass: "1", DType: "F16, vae F32",
			Shares: []ops.Share{
				{Address: "model.V1", Source: "hf:someone/somewhere/V1.safetensors", Percent: "-30 %", Value: -0.3},
				{Address: "model.V3", Source: "../ingredients/V3.safetensors", Percent: "30 %", Value: 0.3},
				{Address: "model.dreamshaper", Source: "civitai:4384@128713", Percent: "20 %", Value: 0.2},
				{Address: "model.epicrealism", Source: "civitai:25694@143906", Percent: "20 %", Value: 0.2},
				{Address: "model.r512", Source: "synth:sd15?seed=512", Percent: "60 %", Value: 0.6},
			},
		},
		{
			Address: "vodka.blocks", Written: "w * model.a + (1 - w) * model.b", Mass: "1",
			Shares: []ops.Share{
				{Address: "model.a", Source: "a.safetensors", Percent: "per block", PerBlock: []ops.BlockShare{
					{Blocks: "BASE", Percent: "0 %"}, {Blocks: "IN00-IN05", Percent: "16.67 %", Value: 1.0 / 6}, {Blocks: "IN06-OUT11", Percent: "87.5 %", Value: 0.875},
				}},
				{Address: "model.b", Source: "b.safetensors", Percent: "per block", PerBlock: []ops.BlockShare{
					{Blocks: "BASE", Percent: "100 %", Value: 1}, {Blocks: "IN00-IN05", Percent: "83.33 %", Value: 5.0 / 6}, {Blocks: "IN06-OUT11", Percent: "12.5 %", Value: 0.125},
				}},
			},
			Components: []ops.Component{
				{Name: "vae", Shares: []ops.Share{{Address: "model.V3", Source: "../ingredients/V3.safetensors", Percent: "100 %", Value: 1}}},
				{Name: "clip", Shares: []ops.Share{
					{Address: "model.r512", Source: "synth:sd15?seed=512", Percent: "50 %", Value: 0.5},
					{Address: "model.V1", Source: "V1.safetensors", Percent: "50 %", Value: 0.5},
				}},
			},
		},
	}
}

func TestHumanTexts(t *testing.T) {
	nothing := &ops.PlanSummary{Items: []ops.PlanItem{
		{Address: "model.a", Kind: "model", Action: "present"}, {Address: "release.a", Kind: "release", Action: "present"},
		{Address: "release.b", Kind: "release", Action: "present"}, {Address: "model.b", Kind: "model", Action: "unneeded"},
	}}
	tight := samplePlan()
	tight.FreeBytes = 4_000_000_000
	failed := sampleOutcome()
	failed.Failed = []error{errors.New("no")}
	failed.LockChanged = false
	idle := &ops.Outcome{Outputs: []ops.Output{{Address: "release.a"}, {Address: "release.b"}, {Address: "vodka.c"}}}
	for _, tc := range []struct {
		name string
		draw func(h *Human)
	}{
		{"plan", func(h *Human) { h.Plan(samplePlan()) }},
		{"plan-verbose", func(h *Human) { h.verbose = true; h.Plan(samplePlan()) }},
		{"plan-tight", func(h *Human) { h.Plan(tight) }},
		{"plan-nothing", func(h *Human) { h.Plan(nothing) }},
		{"applied", func(h *Human) { h.Applied(sampleOutcome()) }},
		{"applied-failed", func(h *Human) { h.Applied(failed) }},
		{"applied-nothing", func(h *Human) { h.Applied(idle) }},
		{"show", func(h *Human) { h.Bottles(sampleBottles()) }},
		{"valid", func(h *Human) { h.Valid(RecipeCounts{8, 4, 6, 1}) }},
		{"version", func(h *Human) { h.Version(VersionInfo{"v1.2.3", "go1.26.0", "linux/amd64"}) }},
	} {
		for _, w := range []int{80, 160} {
			h, b := humanAt(w, newClock())
			tc.draw(h)
			golden(t, fmt.Sprintf("%s.%d.txt", tc.name, w), b.String())
			for _, line := range strings.Split(b.String(), "\n") {
				if n := width(line); n > w {
					t.Errorf("%s at %d columns: a line takes %d: %s", tc.name, w, n, line)
				}
			}
		}
	}
}

// TestHumanPlainRun is a run into a file: lines at the beginning and the end of
// an op, and one in five seconds between.
func TestHumanPlainRun(t *testing.T) {
	c := newClock()
	h, b := humanAt(80, c)
	sampleRun(c, h)
	golden(t, "run.plain.txt", b.String())
}

// sampleRun plays a run of two ops.
func sampleRun(c *clock, v Apply) {
	const size = 2_132_650_982
	v.Begin(samplePlan())
	v.Event(engine.Event{Type: engine.EventStart, Address: "model.a", Activity: "hash", Total: size})
	for i := range int64(12) {
		c.wind(0.99)
		v.Event(engine.Event{Type: engine.EventProgress, Address: "model.a", Activity: "hash", Done: (i + 1) * size / 12, Total: size})
	}
	v.Event(engine.Event{Type: engine.EventDone, Address: "model.a", Result: &engine.Result{Size: size, Made: true, Root: sum("a")}})
	v.Event(engine.Event{Type: engine.EventNote, Address: "release.x", Message: "another process is making this: waiting for it\x1b[2J"})
	v.Event(engine.Event{Type: engine.EventDone, Address: "release.y", Result: &engine.Result{Size: size}})
	v.Event(engine.Event{Type: engine.EventStart, Address: "release.x", Activity: "pour", Total: size})
	c.wind(2)
	v.Event(engine.Event{Type: engine.EventDone, Address: "release.x", Result: &engine.Result{Size: size, Made: true, Report: engine.Report{Tensors: 1131, TensorsReused: 686}}})
	v.Event(engine.Event{Type: engine.EventFailed, Address: "release.z", Err: errors.New("read tensor: unexpected end of file")})
	v.Event(engine.Event{Type: engine.EventSkipped, Address: "release.q", Err: engine.ErrSkipped})
	v.Close()
}

func TestFormat(t *testing.T) {
	for _, tc := range []struct {
		n    int64
		want string
	}{
		{0, "0 B"}, {999, "999 B"}, {1000, "1.00 kB"}, {999_499, "999 kB"}, {999_500, "1.00 MB"}, {12_345, "12.3 kB"}, {99_950, "100 kB"},
		{2_132_650_982, "2.13 GB"}, {9_995_000_000, "10.0 GB"}, {1 << 62, "4.61 EB"}, {-5000, "-5.00 kB"},
	} {
		if got := Bytes(tc.n); got != tc.want {
			t.Errorf("Bytes(%d) = %q, want %q", tc.n, got, tc.want)
		}
	}
	for _, tc := range []struct {
		s    float64
		want string
	}{
		{0, "0.00 s"}, {0.25, "0.25 s"}, {0.999, "1.0 s"}, {9.96, "10 s"}, {59.4, "59 s"}, {59.6, "1 min 00 s"}, {72, "1 min 12 s"}, {3599.6, "1 h 00 min"}, {7500, "2 h 05 min"}, {1e9, "months"}, {-1, "?"},
	} {
		if got := Duration(tc.s); got != tc.want {
			t.Errorf("Duration(%g) = %q, want %q", tc.s, got, tc.want)
		}
	}
	if got := count(1131, "tensor") + ", " + count(1, "release") + ", " + thousands(-1234567); got != "1,131 tensors, 1 release, -1,234,567" {
		t.Error(got)
	}
	if got := kinds([]string{"release.a", "vodka.b", "release.c", "grid.d"}); got != "1 vodka, 2 releases and 1 output" {
		t.Error(got)
	}
}

func TestText(t *testing.T) {
	if got := clean("a\x1b[31mb\u202ec\nd"); got != "a�[31mb�c�d" {
		t.Errorf("clean: %q", got)
	}
	for _, tc := range []struct {
		s    string
		w    int
		want string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"x", 0, ""}, {"e\u0301e\u0301", 2, "e\u0301e\u0301"},
	} {
		if got := clip(tc.s, tc.w); got != tc.want || width(got) > tc.w {
			t.Errorf("clip(%q, %d) = %q, want %q", tc.s, tc.w, got, tc.want)
		}
	}
	if got := clipMiddle("recipes/cosmopolitan/out/cosmopolitan.safetensors", 30); got != "recipes/c…politan.safetensors" && width(got) > 30 {
		t.Errorf("clipMiddle: %q", got)
	}
	if got := visible("\x1b[36m██\x1b[0m ab"); got != 5 {
		t.Errorf("visible: %d", got)
	}
}
