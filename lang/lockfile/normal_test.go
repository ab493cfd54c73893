package lockfile

import "github.com/zclconf/go-cty/cty"

// normal is the lock with its texts in Unicode's normal form C, which HCL gives
// to all texts.
func normal(l *Lock) *Lock {
	n := cty.NormalizeString
	out := &Lock{Version: l.Version, Sources: map[string]Source{}, Ops: map[string]int{}, Choices: map[string]Choice{}, Outputs: map[string]Output{}}
	for name, s := range l.Sources {
		s.From, s.License = n(s.From), n(s.License)
		out.Sources[n(name)] = s
	}
	for name, v := range l.Ops {
		out.Ops[n(name)] = v
	}
	for name, c := range l.Choices {
		out.Choices[n(name)] = Choice{Winner: n(c.Winner), Root: c.Root}
	}
	for name, o := range l.Outputs {
		out.Outputs[n(name)] = o
	}
	return out
}
