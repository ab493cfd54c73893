package ops

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"cosmo/engine"
	"cosmo/lang"
	"cosmo/ops/ingredient"
	"cosmo/ops/mix"
	"cosmo/ops/pour"
)

// PlanSummary is what an apply would do.
type PlanSummary struct {
	Items                            []PlanItem
	ReadBytes, HashBytes, WriteBytes int64
	FreeBytes                        int64 // on the store's disk; -1 unknown
	MemoryBytes                      int64
	Seconds                          float64 // a guess; 0 when there is nothing to do
	Notes                            []string
}

// PlanItem is one line of a plan.
type PlanItem struct {
	Address string
	Kind    string // model, vodka, cocktail, release
	Action  string // make, hash, synthesise, place, present, unneeded
	Reason  string
	Bytes   int64
	Dest    string
	From    []string
}

// Work reports whether an item has to be done.
func (it *PlanItem) Work() bool { return it.Action != "present" && it.Action != "unneeded" }

// Work reports whether there is anything to do.
func (p *PlanSummary) Work() bool {
	return slices.ContainsFunc(p.Items, func(it PlanItem) bool { return it.Work() })
}

// Rates that time is guessed with; a run prints the real ones.
const (
	guessHashRate  = 2.0e9 // bytes a second
	guessWriteRate = 1.0e9
)

// Summary says what Apply would do and why.
func (s *Session) Summary() *PlanSummary {
	sum := &PlanSummary{FreeBytes: -1}
	if free, err := s.opt.FS.Free(s.Store.Dir()); err == nil {
		sum.FreeBytes = free
	}
	outputs, inputs := 0, map[int]bool{}
	for _, n := range s.Plan.Nodes {
		it := PlanItem{Address: n.Op.Address, Kind: kindOf(n.Op.Address)}
		for _, e := range n.Op.Inputs {
			it.From = append(it.From, s.Plan.Nodes[e.From].Op.Address)
		}
		if rel := s.release(n.Op.Address); rel != nil {
			it.Dest = rel.File
		}
		switch {
		case n.State == engine.Present && n.Op.Goal && !s.inPlace(n.Op, n.Result):
			it.Action, it.Reason, it.Bytes = "place", "it is in the store, and not in its place", n.Result.Size
		case n.State == engine.Present:
			it.Action, it.Bytes = "present", n.Result.Size
		case !n.Needed:
			it.Action, it.Reason = "unneeded", "what is made from it is there"
			if note := s.stray(n); note != "" {
				sum.Notes = append(sum.Notes, note)
			}
		case n.Op.Kind == ingredient.FileKind:
			it.Action, it.Reason = "hash", "seen for the first time"
			if pin := n.Op.Pin; pin != nil && !pin.SHA256.IsZero() {
				it.Reason = "not read yet, or changed since; it must be the file that is pinned"
			}
			if info, err := s.opt.FS.Stat(n.Op.Data.(*ingredient.FileData).Path); err == nil {
				it.Bytes = info.Size
				sum.HashBytes += info.Size
			}
		case n.Op.Kind == ingredient.SynthKind:
			it.Action, it.Reason = "synthesise", "not in the store"
			it.Bytes = n.Op.Data.(*ingredient.SynthData).Synth.Size()
			sum.WriteBytes += it.Bytes
		case n.Op.Kind == pour.Kind:
			g := s.sizes[n.Op.Address]
			it.Action, it.Reason, it.Bytes = "make", s.why(n), g.write
			sum.WriteBytes += g.write
			outputs++
			for _, e := range n.Op.Inputs {
				if !inputs[e.From] {
					inputs[e.From] = true
					sum.ReadBytes += s.inputBytes(s.Plan.Nodes[e.From])
				}
			}
		}
		sum.Items = append(sum.Items, it)
	}
	if outputs > 0 {
		sum.MemoryBytes = mix.CPU{Threads: s.opt.Threads}.Memory(min(outputs, pour.MostOutputs), len(inputs))
	}
	sum.Seconds = float64(sum.HashBytes)/guessHashRate + float64(sum.WriteBytes)/guessWriteRate
	return sum
}

// inputBytes is an ingredient's size, however it is known.
func (s *Session) inputBytes(n *engine.Node) int64 {
	if n.Result != nil {
		return n.Result.Size
	}
	if d, ok := n.Op.Data.(*ingredient.SynthData); ok {
		return d.Synth.Size()
	}
	if d, ok := n.Op.Data.(*ingredient.FileData); ok {
		if info, err := s.opt.FS.Stat(d.Path); err == nil {
			return info.Size
		}
	}
	return 0
}

// stray says what is known of an ingredient that need not be read, because all
// that is made from it is there, and that may not be the file it was made from.
// Nothing is read to find out.
func (s *Session) stray(n *engine.Node) string {
	d, ok := n.Op.Data.(*ingredient.FileData)
	if !ok {
		return ""
	}
	var pin *engine.PinError
	info, err := s.opt.FS.Stat(d.Path)
	switch {
	case errors.As(n.Err, &pin) && pin.What == "size":
		return fmt.Sprintf("%s: %s is not the file that was mixed (%s bytes, pinned are %s). What was made from that is there, and kept.", n.Op.Address, shown(d.Path), pin.Got, pin.Want)
	case errors.As(n.Err, &pin):
		return fmt.Sprintf("%s: %s is not the file that was mixed (%s). What was made from that is there, and kept.", n.Op.Address, shown(d.Path), pin.What)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s: %s is gone. What was made from it is there.", n.Op.Address, shown(d.Path))
	case err == nil && !info.IsDir && n.State == engine.Unread:
		return fmt.Sprintf("%s: %s was touched since it was read, or right before, and is not read again as long as what was made from it is there.", n.Op.Address, shown(d.Path))
	}
	return ""
}

// why says what makes an output missing, from what the lock remembers.
func (s *Session) why(n *engine.Node) string {
	locked, ok := s.Lock.Outputs[n.Op.Address]
	switch {
	case !ok:
		return "new"
	case n.State == engine.Pending:
		return "an ingredient has to be read first"
	case locked.Key != n.Key.Hex():
		return "the recipe, or a file in it, is not what the lock was made with"
	}
	return "not in the store"
}

func kindOf(address string) string {
	kind, _, _ := lang.Address(address).Parts()
	return kind
}
