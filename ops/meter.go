package ops

import (
	"time"

	"cosmo/engine"
)

// meter measures a run from its events: when hashing and pouring began and
// ended, and how long the disk was the one being waited for.
type meter struct {
	now      func() time.Time
	emit     engine.Sink
	activity map[string]string // by address
	first    map[string]time.Time
	last     map[string]time.Time // by activity
}

func newMeter(now func() time.Time, emit engine.Sink) *meter {
	return &meter{now, emit, map[string]string{}, map[string]time.Time{}, map[string]time.Time{}}
}

// hear must not be called from two goroutines at once.
func (m *meter) hear(e engine.Event) {
	if e.Activity != "" {
		m.activity[e.Address] = e.Activity
	}
	if a := m.activity[e.Address]; a != "" {
		t := m.now()
		if _, ok := m.first[a]; !ok {
			m.first[a] = t
		}
		m.last[a] = t
	}
	m.emit(e)
}

func (m *meter) span(activity string) float64 {
	return m.last[activity].Sub(m.first[activity]).Seconds()
}

// tell adds the run's figures to an outcome.
func (m *meter) tell(p *engine.Plan, out *Outcome) {
	out.HashSeconds, out.PourSeconds = m.span("hash"), m.span("pour")
	var busy float64
	for _, n := range p.Nodes {
		r := n.Result
		if n.State != engine.Present || r == nil || !r.Made {
			continue
		}
		switch n.Op.Kind {
		case "file":
			out.Hashed += r.Report.BytesRead
		case "synth":
			out.Synthesised += r.Report.BytesWritten
		default:
			out.Read += r.Report.BytesRead
			out.Written += r.Report.BytesWritten
			out.Reused += r.Report.BytesReused
			busy += r.Report.WriteSeconds
		}
	}
	if busy > 0 {
		out.DiskBytesPerSecond = float64(out.Written) / busy
	}
}
