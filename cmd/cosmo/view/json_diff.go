package view

import (
	"cosmo/lang"
	"cosmo/lang/diff"
)

type diffValue struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

type diffShare struct {
	Ingredient string      `json:"ingredient,omitempty"`
	Blocks     string      `json:"blocks,omitempty"`
	Old        string      `json:"old,omitempty"` // exact: "3/5"
	New        string      `json:"new,omitempty"`
	PerBlock   []diffShare `json:"per_block,omitempty"`
}

type diffComponent struct {
	Name   string      `json:"name"`
	Old    bool        `json:"replaced_before"`
	New    bool        `json:"replaced_now"`
	Shares []diffShare `json:"shares"`
}

type diffOutputLine struct {
	How         string          `json:"how"`
	Address     string          `json:"address"`
	Was         string          `json:"was,omitempty"`
	File        string          `json:"file,omitempty"`
	TensorsStay bool            `json:"tensors_stay"`
	Shares      []diffShare     `json:"shares,omitempty"`
	Components  []diffComponent `json:"components,omitempty"`
	Replaced    []string        `json:"ingredients_replaced,omitempty"`
	Details     []diffValue     `json:"details,omitempty"`
}

type diffIngredient struct {
	How     string      `json:"how"`
	Address string      `json:"address"`
	Was     string      `json:"was,omitempty"`
	Source  string      `json:"source"`
	Moved   bool        `json:"moved,omitempty"`
	Details []diffValue `json:"details,omitempty"`
}

type diffLine struct {
	Type        string           `json:"type"`
	Changed     bool             `json:"changed"`
	Outputs     []diffOutputLine `json:"outputs"`
	Ingredients []diffIngredient `json:"ingredients"`
	Variables   []diffValue      `json:"variables,omitempty"`
	Choices     []diffValue      `json:"choices,omitempty"`
	Recipe      []diffValue      `json:"recipe,omitempty"`
	Again       struct {
		Outputs    int      `json:"outputs"`
		LabelsOnly int      `json:"labels_only"`
		ReadBytes  int64    `json:"read_bytes"`
		WriteBytes int64    `json:"write_bytes"`
		Unknown    []string `json:"unknown_sizes,omitempty"`
	} `json:"again"`
	Alarms []string `json:"alarms,omitempty"`
}

// Differences implements Diff: one line for all.
func (v *JSON) Differences(c *diff.Changes, _ bool) {
	line := diffLine{Type: "diff", Changed: !c.Empty(), Outputs: []diffOutputLine{}, Ingredients: []diffIngredient{}}
	for i := range c.Outputs {
		o := &c.Outputs[i]
		x := diffOutputLine{How: o.How, Address: o.Address, Was: o.Was, File: o.File, TensorsStay: o.TensorsStay, Shares: jsonShares(o.Shares), Replaced: o.Reingredient, Details: jsonValues(o.Details)}
		for _, k := range o.Components {
			x.Components = append(x.Components, diffComponent{k.Name, k.Old, k.New, jsonShares(k.Shares)})
		}
		line.Outputs = append(line.Outputs, x)
	}
	for i := range c.Ingredients {
		in := &c.Ingredients[i]
		line.Ingredients = append(line.Ingredients, diffIngredient{in.How, in.Address, in.Was, in.Source, in.Moved, jsonValues(in.Details)})
	}
	line.Variables, line.Choices, line.Recipe = jsonValues(c.Variables), jsonValues(c.Choices), jsonValues(c.Recipe)
	line.Again.Outputs, line.Again.LabelsOnly, line.Again.ReadBytes, line.Again.WriteBytes, line.Again.Unknown = c.Again.Outputs, c.Again.LabelsOnly, c.Again.Read, c.Again.Write, c.Again.Unknown
	line.Alarms = c.Alarms
	v.write(line)
}

func jsonValues(list []diff.Value) []diffValue {
	var out []diffValue
	for _, v := range list {
		out = append(out, diffValue(v))
	}
	return out
}

func jsonShares(list []diff.Share) []diffShare {
	exact := func(c lang.Coef) string {
		if !c.IsScalar() {
			return ""
		}
		return c.At("").RatString()
	}
	var out []diffShare
	for i := range list {
		s := &list[i]
		x := diffShare{Ingredient: s.Ingredient}
		if len(s.Runs) == 0 {
			x.Old, x.New = exact(s.Old), exact(s.New)
		}
		for _, r := range s.Runs {
			x.PerBlock = append(x.PerBlock, diffShare{Blocks: r.Blocks, Old: exact(r.Old), New: exact(r.New)})
		}
		out = append(out, x)
	}
	return out
}
