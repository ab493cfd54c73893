package ops

import (
	"time"

	"cosmo/engine"
)

// meter measures a run from its events: when hashing and pouring began and
// ended, and how long the disk was the one being waited for.
type meter struct {
	now         func() time.Time
	emit        engine.Sink
	first, last map[string]time.Time // by activity
}

func (m *meter) hear(e engine.Event) {
	if e.Activity != "" {
		if m.first == nil {
			m.first, m.last = map[string]time.Time{}, map[string]time.Time{}
		}
		t := m.now()
		if _, ok := m.first[e.Activity]; !ok {
			m.first[e.Activity] = t
		}
		m.last[e.Activity] = t
	}
	m.emit(e)
}

func (m *meter) span(activity string) float64 {
	if m.first == nil {
		return 0
	}
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
