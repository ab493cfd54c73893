package view

import "cosmo/ops"

type blockShareLine struct {
	Blocks  string  `json:"blocks"`
	Percent string  `json:"percent"`
	Value   float64 `json:"value"`
}

type shareLine struct {
	Address string           `json:"address"`
	Source  string           `json:"source,omitempty"`
	Percent string           `json:"percent"`
	Value   *float64         `json:"value,omitempty"` // not where it differs by block
	Blocks  []blockShareLine `json:"per_block,omitempty"`
}

type componentLine struct {
	Name   string      `json:"name"`
	Shares []shareLine `json:"shares"`
}

// Bottles implements Show: one line a bottle.
func (v *JSON) Bottles(list []ops.Bottle) {
	for i := range list {
		b := &list[i]
		var components []componentLine
		for _, c := range b.Components {
			components = append(components, componentLine{c.Name, shareLines(c.Shares)})
		}
		v.write(struct {
			Type       string          `json:"type"`
			Address    string          `json:"address"`
			Of         string          `json:"of,omitempty"`
			File       string          `json:"file,omitempty"`
			Written    string          `json:"written,omitempty"`
			Mass       string          `json:"mass"`
			DType      string          `json:"dtype,omitempty"`
			Shares     []shareLine     `json:"shares"`
			Components []componentLine `json:"components,omitempty"`
		}{"bottle", b.Address, b.Of, b.File, b.Written, b.Mass, b.DType, shareLines(b.Shares), components})
	}
}

func shareLines(shares []ops.Share) []shareLine {
	lines := []shareLine{}
	for i := range shares {
		s := &shares[i]
		x := shareLine{Address: s.Address, Source: s.Source, Percent: s.Percent}
		if s.PerBlock == nil {
			x.Value = &s.Value
		}
		for _, p := range s.PerBlock {
			x.Blocks = append(x.Blocks, blockShareLine(p))
		}
		lines = append(lines, x)
	}
	return lines
}
