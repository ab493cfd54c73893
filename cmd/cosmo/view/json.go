package view

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/lang"
	"cosmo/ops"
)

// JSON writes one object a line to standard output. Every object has a "type";
// the first is {"type":"version","cosmo":…,"ui":…}. Whatever is measured, and
// so differs from run to run, lies in an object named "measured".
type JSON struct {
	out      Stream
	now      func() time.Time
	mu       sync.Mutex
	enc      *json.Encoder
	progress progress
}

var _ View = (*JSON)(nil)

// NewJSON makes a view for programs and prints its first line. The version
// command adds to that line itself.
func NewJSON(c Config) *JSON {
	if c.Now == nil {
		c.Now = time.Now
	}
	v := &JSON{out: c.Out, now: c.Now, enc: json.NewEncoder(c.Out.W), progress: progress{now: c.Now}}
	v.enc.SetEscapeHTML(false)
	v.write(struct {
		Type  string `json:"type"`
		Cosmo string `json:"cosmo"`
		UI    string `json:"ui"`
	}{"version", c.Build.Cosmo, UIVersion})
	return v
}

func (v *JSON) write(line any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	_ = v.enc.Encode(line) // standard output is gone: nobody is left to tell
}

// Close implements Base.
func (v *JSON) Close() {}

// Diagnostics implements Base: one line a diagnostic.
func (v *JSON) Diagnostics(files map[string]*hcl.File, diags hcl.Diagnostics) {
	for _, d := range lang.JSONDiagnostics(files, diags) {
		v.write(struct {
			Type       string              `json:"type"`
			Diagnostic lang.JSONDiagnostic `json:"diagnostic"`
		}{"diagnostic", d})
	}
}

// Note implements Base.
func (v *JSON) Note(text string) { v.write(noteLine{Type: "note", Message: text}) }

type noteLine struct {
	Type    string `json:"type"`
	Address string `json:"address,omitempty"`
	Message string `json:"message"`
}

// Valid implements Validate.
func (v *JSON) Valid(n RecipeCounts) {
	v.write(struct {
		Type  string `json:"type"`
		Valid bool   `json:"valid"`
		RecipeCounts
	}{"validate", true, n})
}

// Formatted implements Fmt.
func (v *JSON) Formatted(name string, changed bool) {
	v.write(struct {
		Type    string `json:"type"`
		File    string `json:"file"`
		Changed bool   `json:"changed"`
	}{"formatted", name, changed})
}

// Version implements Version: what the first line does not say.
func (v *JSON) Version(i VersionInfo) {
	v.write(struct {
		Type     string `json:"type"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{"build", i.Go, i.Platform})
}

type planItem struct {
	Address string   `json:"address"`
	Kind    string   `json:"kind"`
	Action  string   `json:"action"`
	Reason  string   `json:"reason,omitempty"`
	Bytes   int64    `json:"bytes"`
	File    string   `json:"file,omitempty"`
	From    []string `json:"from,omitempty"`
}

type planLine struct {
	Type        string     `json:"type"`
	Work        bool       `json:"work"` // is there anything to do
	Items       []planItem `json:"items"`
	HashBytes   int64      `json:"hash_bytes"`
	ReadBytes   int64      `json:"read_bytes"`
	WriteBytes  int64      `json:"write_bytes"`
	MemoryBytes int64      `json:"memory_bytes"`
	Measured    struct {
		FreeBytes int64   `json:"free_bytes"` // -1: not known
		Seconds   float64 `json:"seconds"`    // a guess; 0: not known
	} `json:"measured"`
}

// Plan implements Plan.
func (v *JSON) Plan(p *ops.PlanSummary) {
	line := planLine{
		Type: "plan", Work: p.Work(), Items: []planItem{},
		HashBytes: p.HashBytes, ReadBytes: p.ReadBytes, WriteBytes: p.WriteBytes, MemoryBytes: p.MemoryBytes,
	}
	line.Measured.FreeBytes, line.Measured.Seconds = p.FreeBytes, p.Seconds
	for i := range p.Items {
		it := &p.Items[i]
		line.Items = append(line.Items, planItem{it.Address, it.Kind, it.Action, it.Reason, it.Bytes, it.Dest, it.From})
	}
	v.write(line)
}

// Begin implements Apply.
func (v *JSON) Begin(p *ops.PlanSummary) { v.Plan(p) }

// jsonEvery is how often the progress of one op is told.
const jsonEvery = time.Second

// Event implements Apply.
func (v *JSON) Event(e engine.Event) {
	v.mu.Lock()
	s := v.progress.hear(e)
	due := false
	seconds := 0.0
	if s != nil {
		now := v.now()
		seconds = now.Sub(s.began).Seconds()
		if due = now.Sub(s.told) >= jsonEvery; due {
			s.told = now
		}
	}
	v.mu.Unlock()
	switch e.Type {
	case engine.EventStart:
		v.write(opLine{Type: "op_start", Address: e.Address, Activity: e.Activity, Total: e.Total})
	case engine.EventProgress:
		if due {
			v.write(opProgress{Type: "op_progress", Address: e.Address, Activity: e.Activity, Measured: measuredProgress{e.Done, e.Total, s.rate, seconds}})
		}
	case engine.EventDone:
		v.write(doneLine(e, s, seconds))
	case engine.EventFailed, engine.EventSkipped:
		line := opFailed{Type: "op_failed", Address: e.Address, Skipped: e.Type == engine.EventSkipped}
		if e.Err != nil {
			line.Message = e.Err.Error()
		}
		v.write(line)
	case engine.EventNote:
		v.write(noteLine{"note", e.Address, e.Message})
	}
}
