package view

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cosmo/engine"
)

// progress follows the ops that run, from their events.
type progress struct {
	now     func() time.Time
	running []*opState // in the order they began
}

// opState is one running op. Bytes are of what the op itself calls progress:
// read when hashing, on disk when pouring.
type opState struct {
	address, activity string
	done, total       int64
	began             time.Time
	rate              float64 // bytes a second, smoothed; 0 not known yet
	sampled           time.Time
	sampledDone       int64
	told              time.Time // when a line about it was last printed, by who prints lines
}

// hear takes an event in and gives the op it is about: nil for notes and for
// ops that were over before they began. An op that is over is forgotten.
func (p *progress) hear(e engine.Event) *opState {
	i := slices.IndexFunc(p.running, func(s *opState) bool { return s.address == e.Address })
	var s *opState
	if i >= 0 {
		s = p.running[i]
	}
	switch e.Type {
	case engine.EventStart, engine.EventProgress:
		t := p.now()
		if s == nil {
			s = &opState{address: e.Address, began: t, sampled: t, told: t}
			p.running = append(p.running, s)
		}
		if e.Activity != "" && e.Activity != s.activity {
			s.activity, s.rate, s.sampled, s.sampledDone = e.Activity, 0, t, 0
		}
		s.total = e.Total
		if e.Type == engine.EventProgress {
			s.done = e.Done
			s.sample(t)
		}
	case engine.EventDone, engine.EventFailed, engine.EventSkipped:
		if s != nil {
			p.running = slices.Delete(p.running, i, i+1)
		}
	default:
		return nil
	}
	return s
}

// smoothing is how long ago a rate still counts 1/e.
const smoothing = 3.0 // seconds

func (s *opState) sample(t time.Time) {
	dt := t.Sub(s.sampled).Seconds()
	if dt < 0.2 {
		return
	}
	r := float64(s.done-s.sampledDone) / dt
	if s.rate == 0 {
		s.rate = r
	} else {
		s.rate += (r - s.rate) * (1 - math.Exp(-dt/smoothing))
	}
	s.sampled, s.sampledDone = t, s.done
}

// left tells the time left, "" where nobody can say.
func (s *opState) left() string {
	if s.total <= 0 || s.rate <= 0 || s.done <= 0 || s.done >= s.total {
		return ""
	}
	return Duration(float64(s.total-s.done)/s.rate) + " left"
}

// activities in words: what is going on, and what was done.
var activities = map[string][2]string{
	"hash":   {"reading", "read"},
	"make":   {"making", "made"},
	"pour":   {"pouring", "poured"},
	"verify": {"checking", "checked"},
}

func doing(activity string) string {
	if w, ok := activities[activity]; ok {
		return w[0]
	}
	return activity
}

func did(activity string) string {
	if w, ok := activities[activity]; ok {
		return w[1]
	}
	return "done"
}

// line is the op's one line on a terminal, at most w columns: address,
// activity, bar, per cent, bytes, rate, time left. What a narrow screen has no
// room for goes in that order from the end; the bar takes what is left over.
func (s *opState) line(w, addressWidth int, on style) string {
	address := pad(clipMiddle(clean(s.address), addressWidth), addressWidth)
	start := address + "  " + pad(doing(s.activity), 7)
	if s.done <= 0 || s.total <= 0 {
		rest := ""
		if s.total > 0 {
			rest = "  " + Bytes(s.total)
		}
		return clip(start+rest, w)
	}
	fraction := math.Min(1, float64(s.done)/float64(s.total))
	fields := []string{fmt.Sprintf("%3.0f %%", math.Floor(fraction*100)), padLeft(Bytes(s.done), 7) + " of " + padLeft(Bytes(s.total), 7)}
	if s.rate > 0 {
		fields = append(fields, padLeft(rate(s.rate), 9))
	}
	if l := s.left(); l != "" {
		fields = append(fields, l)
	}
	const leastBar = 8
	for len(fields) > 1 && width(start)+2+leastBar+2+width(strings.Join(fields, gap)) > w {
		fields = fields[:len(fields)-1]
	}
	end := strings.Join(fields, gap)
	room := min(40, w-width(start)-width(end)-2*len(gap))
	if room < leastBar {
		return clip(start+gap+end, w)
	}
	return start + gap + on.cyan(bar(fraction, room)) + gap + end
}

// bar draws a fraction of w columns, to an eighth of a column.
func bar(fraction float64, w int) string {
	return fill(fraction, w) + strings.Repeat("░", w-width(fill(fraction, w)))
}

// fill is the drawn part of a bar alone.
func fill(fraction float64, w int) string {
	n := int(math.Round(math.Max(0, math.Min(1, fraction)) * float64(w) * 8))
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[n%8-1])
	}
	return s
}
