package view

import (
	"cosmo/engine"
	"cosmo/engine/store"
)

type objectLine struct {
	Type      string   `json:"type"`
	Addresses []string `json:"addresses"`
	Op        string   `json:"op"`
	Size      int64    `json:"size"`
	Root      string   `json:"root"`
	SHA256    string   `json:"sha256,omitempty"`
	State     string   `json:"state"`
	KeptBy    []string `json:"kept_by"`
	Path      string   `json:"path"` // relative to the store, or absolute
	Keys      []string `json:"keys"`
}

type storeLine struct {
	Type          string       `json:"type"`
	Dir           string       `json:"dir"`
	Objects       int64        `json:"objects"`
	Bytes         int64        `json:"bytes"`
	UnkeptObjects int64        `json:"unkept_objects"`
	UnkeptBytes   int64        `json:"unkept_bytes"`
	Measured      measuredFree `json:"measured"`
}

type measuredFree struct {
	FreeBytes int64 `json:"free_bytes"` // -1: not known
}

// Listed implements Store: one line an object, then the store.
func (v *JSON) Listed(l *Listing) {
	list := objectsOf(l.Items)
	for i := range list {
		o := &list[i]
		v.write(objectLine{
			"object", o.addresses, o.op, o.size, hexOf(o.root), hexOf(o.sha256), o.state,
			append([]string{}, o.keptBy...), o.path, o.keys,
		})
	}
	all, unkept := totals(list)
	v.write(storeLine{"store", l.Dir, all.n, all.bytes, unkept.n, unkept.bytes, measuredFree{l.FreeBytes}})
}

type verifyProgress struct {
	Type     string           `json:"type"`
	Measured measuredProgress `json:"measured"`
}

// Verifying implements Store: at most one line a second.
func (v *JSON) Verifying(done, total int64) {
	v.mu.Lock()
	s := v.progress.hear(engine.Event{Type: engine.EventProgress, Address: "store", Activity: "verify", Done: done, Total: total})
	now := v.now()
	due := now.Sub(s.told) >= jsonEvery
	if due {
		s.told = now
	}
	line := verifyProgress{"verify_progress", measuredProgress{done, total, s.rate, now.Sub(s.began).Seconds()}}
	v.mu.Unlock()
	if due {
		v.write(line)
	}
}

type damageLine struct {
	Type      string   `json:"type"`
	Path      string   `json:"path"` // relative to the store, or absolute
	Addresses []string `json:"addresses"`
	Reason    string   `json:"reason"`
	SetAside  bool     `json:"set_aside"`
}

func damageOf(typ string, d *store.Damage) damageLine {
	return damageLine{typ, d.Object, d.Addresses, d.Reason, d.SetAside}
}

type alarmLine struct {
	Type     string `json:"type"`
	Address  string `json:"address"`
	Op       string `json:"op"`
	Key      string `json:"key"`
	Have     string `json:"have"` // root of the published result
	HaveFile string `json:"have_file"`
	Got      string `json:"got"` // root of the one that differs
	GotFile  string `json:"got_file"`
}

type verifiedLine struct {
	Type       string `json:"type"`
	DryRun     bool   `json:"dry_run"`
	Complete   bool   `json:"complete"` // false: it was stopped
	Files      int    `json:"files"`
	Bytes      int64  `json:"bytes"`
	Damaged    int    `json:"damaged"`
	Missing    int    `json:"missing"`
	Healed     int    `json:"healed"`
	Unreadable int    `json:"unreadable_records"`
	Alarms     int    `json:"alarms"`
	Measured   struct {
		Seconds float64 `json:"seconds"`
	} `json:"measured"`
}

// Verified implements Store: a line for each thing found, then the counts.
func (v *JSON) Verified(r *Verification) {
	for i := range r.Damages {
		v.write(damageOf("damage", &r.Damages[i]))
	}
	for i := range r.Missing {
		v.write(damageOf("missing", &r.Missing[i]))
	}
	for i := range r.Alarms {
		d := &r.Alarms[i]
		v.write(alarmLine{"alarm", d.Address, d.Op, d.Key.String(), d.Have.String(), d.HaveFile, d.Got.String(), d.GotFile})
	}
	line := verifiedLine{
		Type: "verified", DryRun: r.DryRun, Complete: !r.Stopped, Files: r.Objects, Bytes: r.Bytes,
		Damaged: len(r.Damages), Missing: len(r.Missing), Healed: r.Healed, Unreadable: r.Broken, Alarms: len(r.Alarms),
	}
	line.Measured.Seconds = r.Seconds
	v.write(line)
}

type removedLine struct {
	Type      string   `json:"type"`
	Kind      string   `json:"kind"`
	Path      string   `json:"path"`
	Size      int64    `json:"size"`
	Addresses []string `json:"addresses,omitempty"` // what an object was made for
}

type collectedLine struct {
	Type         string       `json:"type"`
	DryRun       bool         `json:"dry_run"`
	Removed      int          `json:"removed"`
	BytesRemoved int64        `json:"bytes_removed"`
	BytesKept    int64        `json:"bytes_kept"`
	Measured     measuredFree `json:"measured"`
}

// Collected implements Store: a line for each file that goes, then the sums.
func (v *JSON) Collected(c *Collection) {
	addresses := map[string][]string{}
	for _, o := range objectsOf(c.Before) {
		addresses[o.path] = o.addresses
	}
	for _, r := range c.Removed {
		v.write(removedLine{"removed", r.Kind, r.Path, r.Size, addresses[r.Path]})
	}
	v.write(collectedLine{"gc", c.DryRun, len(c.Removed), c.Freed, c.Kept, measuredFree{c.FreeBytes}})
}
