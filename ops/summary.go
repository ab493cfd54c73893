package ops

import (
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
		case n.Op.Kind == ingredient.FileKind:
			it.Action, it.Reason = "hash", "seen for the first time, or changed since"
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

// why says what makes an output missing, from what the lock remembers.
func (s *Session) why(n *engine.Node) string {
	locked, ok := s.Lock.Outputs[n.Op.Address]
	switch {
	case !ok:
		return "new"
	case n.State == engine.Pending:
		return "an ingredient has to be read first"
	case locked.Key != n.Key.Hex():
		return "its definition or an ingredient changed since the lock was written"
	}
	return "not in the store"
}

func kindOf(address string) string {
	kind, _, _ := lang.Address(address).Parts()
	return kind
}
