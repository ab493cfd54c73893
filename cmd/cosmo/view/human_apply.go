package view

import (
	"fmt"
	"strings"
	"time"

	"cosmo/engine"
	"cosmo/ops"
)

// plainEvery is how often an op that runs on is mentioned where there is no
// terminal to draw on.
const plainEvery = 5 * time.Second

// Begin implements Apply.
func (h *Human) Begin(p *ops.PlanSummary) {
	work, _ := split(p)
	if len(work) == 0 {
		return
	}
	line := planTitle(work)
	if p.Seconds >= 1 {
		line += ": about " + Duration(p.Seconds)
	}
	h.say(line)
	if h.err.Terminal {
		h.live.start()
	}
}

// Event implements Apply.
func (h *Human) Event(e engine.Event) {
	if e.Type == engine.EventNote {
		h.say(clip(joinAddress(e.Address, clean(e.Message)), 400))
		return
	}
	h.live.mu.Lock()
	began := h.progress.now()
	s := h.progress.hear(e)
	activity := ""
	if s != nil {
		activity = s.activity
		began = s.began
	}
	seconds := h.progress.now().Sub(began).Seconds()
	tell := ""
	if !h.err.Terminal && s != nil {
		tell = s.plain(e.Type, h.progress.now())
	}
	h.live.mu.Unlock()
	if tell != "" {
		h.say(tell)
	}
	on := style(h.err.Color)
	switch e.Type {
	case engine.EventDone:
		switch {
		case e.Result == nil || s == nil && !h.verbose:
		case !e.Result.Made:
			h.say(joinAddress(e.Address, "there already"))
		default:
			line := fmt.Sprintf("%s %s", did(activity), Bytes(e.Result.Size))
			if seconds > 0 {
				line += " in " + Duration(seconds)
			}
			if r := e.Result.Report; r.TensorsReused > 0 {
				line += fmt.Sprintf(", %s of %s reused", thousands(int64(r.TensorsReused)), count(int64(r.Tensors), "tensor"))
			}
			h.say(joinAddress(e.Address, line))
		}
	case engine.EventFailed:
		h.say(on.red(joinAddress(e.Address, "failed")))
	case engine.EventSkipped:
		h.say(on.yellow(joinAddress(e.Address, "skipped: something it needs failed")))
	}
}

// plain is the line that a start, or progress that was not told of for long,
// is worth where there is no terminal; "" for none.
func (s *opState) plain(t engine.EventType, now time.Time) string {
	switch t {
	case engine.EventStart:
		line := joinAddress(s.address, doing(s.activity))
		if s.total > 0 {
			line += " " + Bytes(s.total)
		}
		return line
	case engine.EventProgress:
		if now.Sub(s.told) < plainEvery || s.total <= 0 || s.done >= s.total {
			return ""
		}
		s.told = now
		line := fmt.Sprintf("%s %s of %s", doing(s.activity), Bytes(s.done), Bytes(s.total))
		if s.rate > 0 {
			line += ", " + rate(s.rate)
		}
		if l := s.left(); l != "" {
			line += ", " + l
		}
		return joinAddress(s.address, line)
	}
	return ""
}

func joinAddress(address, text string) string {
	if address == "" {
		return text
	}
	return clean(address) + ": " + text
}

// picture is one line for each op that runs. live.mu is held.
func (h *Human) picture(w, rows int) []string {
	address := 0
	for _, s := range h.progress.running {
		address = max(address, width(clean(s.address)))
	}
	address = min(address, max(12, w/3))
	var lines []string
	for i, s := range h.progress.running {
		if left := len(h.progress.running) - i; i == rows-1 && left > 1 {
			return append(lines, clip(fmt.Sprintf("and %d more", left), w))
		}
		lines = append(lines, s.line(w, address, style(h.err.Color)))
	}
	return lines
}

// Applied implements Apply.
func (h *Human) Applied(o *ops.Outcome) {
	h.Close()
	var there []string
	made, placed := 0, 0
	for i := range o.Outputs {
		switch x := &o.Outputs[i]; {
		case x.Made:
			made++
		case x.Placed:
			placed++
		default:
			there = append(there, x.Address)
		}
	}
	if made+placed == 0 && len(o.Failed) == 0 && o.Hashed == 0 && o.Synthesised == 0 {
		h.printf("nothing to do: %s\n", areThere(there))
		if o.LockChanged {
			h.fact("lock", clean(o.LockPath)+" was written")
		}
		return
	}
	if len(o.Outputs) > 0 {
		h.outputs(o)
		h.printf("\n")
	}
	h.figures(o, made, placed, len(there))
}

// outputs is the table of what there is now. A wide screen shows addresses and
// files; a narrow one the files of releases, and the addresses of what only
// the store holds, under names that say nothing.
func (h *Human) outputs(o *ops.Outcome) {
	on := style(h.out.Color)
	w := h.out.room()
	both := w >= wideScreen
	t := &table{columns: []column{{head: "FILE", shrink: true}, {head: "SIZE", right: true}, {head: "ROOT"}, {head: "SHA256"}, {}}}
	if both {
		t.columns = append([]column{{head: "OUTPUT", style: on.bold}}, t.columns...)
	} else {
		t.columns[0].style = on.bold
	}
	for i := range o.Outputs {
		x := &o.Outputs[i]
		sha, state := "", "there"
		if !x.SHA256.IsZero() {
			sha = x.SHA256.Short()
		}
		switch {
		case x.Made:
			state = "made"
		case x.Placed:
			state = "placed"
		}
		name := x.Path
		if !both && !strings.HasPrefix(x.Address, "release.") {
			name = x.Address
		}
		cells := []string{name, Bytes(x.Size), x.Root.Short(), sha, state}
		if both {
			cells = append([]string{x.Address}, cells...)
		}
		t.add(cells...)
	}
	for _, line := range t.lines(w, on) {
		h.printf("%s\n", line)
	}
}

// figures says what the run cost and counted.
func (h *Human) figures(o *ops.Outcome, made, placed, there int) {
	on := style(h.out.Color)
	h.printf("%d made, ", made)
	if placed > 0 {
		h.printf("%d placed, ", placed)
	}
	h.printf("%d there already", there)
	if len(o.Failed) > 0 {
		h.printf(", %s", on.red(fmt.Sprintf("%d failed", len(o.Failed))))
	}
	h.printf(", in %s\n", Duration(o.Seconds))
	if o.Hashed > 0 {
		h.fact("hashed", Bytes(o.Hashed)+inTime(o.Hashed, o.HashSeconds)+" (the first reading)")
	}
	if o.Synthesised > 0 {
		h.fact("synthesised", Bytes(o.Synthesised))
	}
	if o.Read+o.Written+o.Reused > 0 {
		speed := "" // of a few megabytes it would say nothing about the disk
		if o.PourSeconds > 0 && o.DiskBytesPerSecond > 0 && o.Written > 64<<20 {
			speed = fmt.Sprintf(": %.0f %% of the disk's own speed", 100*float64(o.Written)/o.PourSeconds/o.DiskBytesPerSecond)
		}
		reading := ""
		if o.PourSeconds > 0 && o.Read > 64<<20 {
			reading = ", " + rate(float64(o.Read)/o.PourSeconds)
		}
		h.fact("read", Bytes(o.Read)+reading)
		h.fact("written", Bytes(o.Written)+inTime(o.Written, o.PourSeconds)+speed)
		h.fact("reused", Bytes(o.Reused))
	}
	if o.LockChanged {
		h.fact("lock", clean(o.LockPath)+" was written")
	}
	for i := range o.Outputs {
		x := &o.Outputs[i]
		if x.Saturated > 0 || x.NaN > 0 {
			h.printf("%s\n", on.yellow(fmt.Sprintf("warning: %s: %s, %s NaN", clean(x.Address), count(x.Saturated, "clipped value"), thousands(x.NaN))))
		}
	}
}

// fact is one labelled line under a title.
func (h *Human) fact(label, text string) {
	const room = 13
	h.printf("  %-*s%s\n", room, label, clipMiddle(text, h.out.room()-2-room))
}

// inTime is " in 3.4 s, 1.20 GB/s", or nothing where no time was measured.
func inTime(bytes int64, seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	return " in " + Duration(seconds) + ", " + rate(float64(bytes)/seconds)
}
