package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"cosmo/ops"
)

// TestJSON: every line is an object with a type, the first is the version, and
// a run with another clock differs in "measured" alone.
func TestJSON(t *testing.T) {
	play := func(speed float64) string {
		var b bytes.Buffer
		c := newClock()
		c.speed = speed
		v := NewJSON(Config{Out: Stream{W: &b}, Build: VersionInfo{Cosmo: "v1.2.3"}, Now: c.now})
		v.Diagnostics(nil, hcl.Diagnostics{{Severity: hcl.DiagWarning, Summary: "A <summary>", Detail: "Detail."}})
		sampleRun(c, v)
		o := sampleOutcome()
		o.Seconds *= speed
		v.Applied(o)
		v.Bottles(sampleBottles())
		v.Valid(RecipeCounts{1, 2, 3, 4})
		v.Version(VersionInfo{Go: "go1.26.0", Platform: "linux/amd64"})
		v.Plan(&ops.PlanSummary{})
		return b.String()
	}
	got := play(1)
	golden(t, "run.json.txt", got)
	if d := cmp.Diff(settled(t, got), settled(t, play(3.7))); d != "" {
		t.Errorf("the clock shows outside of \"measured\" (-fast +slow):\n%s", d)
	}
	measured := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		typ, _ := o["type"].(string)
		if typ == "" || i == 0 && (typ != "version" || o["ui"] != UIVersion) {
			t.Errorf("line %d: %s", i+1, line)
		}
		if o["measured"] != nil {
			measured[typ] = true
		}
		for name := range o {
			if strings.Contains(name, "second") || strings.Contains(name, "free") {
				t.Errorf("line %d: the measurement %q lies outside of \"measured\"", i+1, name)
			}
		}
	}
	for _, typ := range []string{"plan", "op_progress", "op_done", "summary"} {
		if !measured[typ] {
			t.Errorf("no %s line holds a measurement", typ)
		}
	}
}

// settled is what does not depend on the clock: no progress, nothing measured.
func settled(t *testing.T, text string) []map[string]any {
	var out []map[string]any
	for line := range strings.Lines(text) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if delete(o, "measured"); o["type"] != "op_progress" {
			out = append(out, o)
		}
	}
	return out
}
