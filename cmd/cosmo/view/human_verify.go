package view

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"cosmo/engine"
	"cosmo/engine/store"
)

// Verifying implements Store. It is drawn as an op that runs.
func (h *Human) Verifying(done, total int64) {
	if total == 0 {
		return
	}
	e := engine.Event{Type: engine.EventProgress, Address: "store", Activity: "verify", Done: done, Total: total}
	h.live.mu.Lock()
	begins := len(h.progress.running) == 0
	h.live.mu.Unlock()
	if begins {
		e.Type = engine.EventStart
		if h.err.Terminal {
			h.live.start()
		}
	}
	h.Event(e)
}

// Verified implements Store.
func (h *Human) Verified(v *Verification) {
	h.Close()
	on := style(h.out.Color)
	for i := range v.Damages {
		h.damage(on.red, "damaged", &v.Damages[i])
	}
	for i := range v.Missing {
		h.damage(on.yellow, "gone", &v.Missing[i])
	}
	for i := range v.Alarms {
		h.alarm(&v.Alarms[i])
	}
	if len(v.Damages)+len(v.Missing)+len(v.Alarms) > 0 {
		h.printf("\n")
	}
	h.verdict(v)
	h.advice(v)
}

// verdict is the line that people look for.
func (h *Human) verdict(v *Verification) {
	on := style(h.out.Color)
	files := count(int64(v.Objects), "file") + " checked"
	if v.Stopped {
		files = "stopped after " + count(int64(v.Objects), "file")
	}
	line := ""
	switch {
	case len(v.Damages) > 0:
		line = on.red(fmt.Sprintf("%s, %d damaged", files, len(v.Damages)))
	case v.Objects == 0 && !v.Stopped:
		line = "nothing to check"
	default:
		line = files + ", all sound"
	}
	if v.Bytes > 0 {
		line += fmt.Sprintf(": %s%s", Bytes(v.Bytes), inTime(v.Bytes, v.Seconds))
	}
	h.printf("%s\n", line)
}

// advice says what comes of what was found.
func (h *Human) advice(v *Verification) {
	plain := func(s string) string { return s }
	aside, left := 0, 0
	for i := range v.Damages {
		if v.Damages[i].SetAside {
			aside++
		} else {
			left++
		}
	}
	if aside > 0 {
		them := plural(aside, "it", "them")
		h.paragraph(plain, fmt.Sprintf("%s set aside into %s. What was in %s is made again by the next apply that needs it; `cosmo store gc` removes %s.",
			were(aside), filepath.Join(v.Dir, "corrupt"), them, them))
	}
	switch {
	case left > 0 && v.DryRun:
		h.paragraph(plain, "Nothing was changed. Without --dry-run, damaged files are set aside and made again by the next apply that needs them.")
	case left > 0:
		h.paragraph(plain, fmt.Sprintf("%s left alone, outside of the store: remove what is damaged and apply again.", were(left)))
	}
	if len(v.Missing) > 0 {
		h.paragraph(plain, "What is gone is made again by the next apply that needs it.")
	}
	if v.Healed > 0 {
		h.paragraph(plain, fmt.Sprintf("%d %s in order after all: the time of the file had changed, its bytes had not.", v.Healed, plural(v.Healed, "entry is", "entries are")))
	}
	if v.Broken > 0 {
		h.paragraph(plain, fmt.Sprintf("%s unreadable and ignored: what %s told of is made again when it is needed.",
			count(int64(v.Broken), "index file")+plural(v.Broken, " is", " are"), plural(v.Broken, "it", "they")))
	}
	if len(v.Alarms) > 0 {
		h.paragraph(style(h.out.Color).yellow, fmt.Sprintf("The same work gave different bytes. Bad memory or a bad disk does that, or a mistake in cosmo: please report it if the machine is sound. Remove the record in %s when this is settled.",
			filepath.Join(v.Dir, "alarms")))
	}
}

func were(n int) string { return count(int64(n), "file") + plural(n, " was", " were") }

// digests are longer than people need them.
var digests = regexp.MustCompile(`sha256:([0-9a-f]{10})[0-9a-f]{54}`)

func (h *Human) damage(paint func(string) string, what string, d *store.Damage) {
	h.printf("%s\n", paint(clip(what+": "+clean(list(d.Addresses)), h.out.room())))
	h.detail("file", []string{clean(d.Object)}, "")
	if what != "gone" {
		h.detail("why", strings.Fields(digests.ReplaceAllString(clean(d.Reason), "$1")), " ")
	}
}

func (h *Human) alarm(d *store.DifferentBytes) {
	h.printf("%s\n", style(h.out.Color).red(clip("alarm: "+clean(d.Address)+" was made twice and came out different", h.out.room())))
	h.detail("first", []string{clean(d.HaveFile)}, "")
	h.detail("then", []string{clean(d.GotFile)}, "")
}
