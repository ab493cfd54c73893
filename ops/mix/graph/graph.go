package graph

import (
	"fmt"
	"math/big"
	"sort"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"cosmo/lang"
)

// Graph is a set of linear mixes as one gorgonia expression graph. Every leaf
// is an input node and every coefficient a named placeholder; the exact values
// of the coefficients stand in Coefs beside it. Equal coefficients and equal
// products are one node, so the graph says what a pass shares.
//
// Its tape machine computes in float64: it is the oracle that the streaming
// kernels are tested against, never the path that a file takes.
type Graph struct {
	G      *G.ExprGraph
	Leaves map[string]*G.Node  // by leaf address
	Mixes  map[string]*G.Node  // by output address
	Coefs  map[string]*big.Rat // by placeholder name
	places map[string]*G.Node
	prods  map[string]*G.Node
	length int
}

// NewGraph builds the graph of forms over vectors of a given length, with the
// coefficients that hold in one block of the network.
func NewGraph(forms map[string]*lang.Form, block string, length int) (*Graph, error) {
	g := &Graph{
		G: G.NewGraph(), length: length,
		Leaves: map[string]*G.Node{}, Mixes: map[string]*G.Node{}, Coefs: map[string]*big.Rat{},
		places: map[string]*G.Node{}, prods: map[string]*G.Node{},
	}
	names := make([]string, 0, len(forms))
	for n := range forms {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		node, err := g.mix(forms[n], block)
		if err != nil {
			return nil, fmt.Errorf("graph %s: %w", n, err)
		}
		g.Mixes[n] = node
	}
	return g, nil
}

func (g *Graph) mix(f *lang.Form, block string) (sum *G.Node, err error) {
	for _, t := range f.Terms {
		c := t.Coef.At(block)
		if c.Sign() == 0 {
			continue
		}
		p, err := g.product(string(t.Leaf), c)
		if err != nil {
			return nil, err
		}
		if sum == nil {
			sum = p
		} else if sum, err = G.Add(sum, p); err != nil {
			return nil, err
		}
	}
	if sum == nil {
		return nil, fmt.Errorf("no leaf counts in block %s", block)
	}
	return sum, nil
}

// product is the node coefficient × leaf, made once.
func (g *Graph) product(leaf string, c *big.Rat) (*G.Node, error) {
	x := g.Leaves[leaf]
	if x == nil {
		x = G.NewVector(g.G, tensor.Float64, G.WithShape(g.length), G.WithName(leaf))
		g.Leaves[leaf] = x
	}
	name := "c" + c.RatString()
	w := g.places[name]
	if w == nil {
		w = G.NewScalar(g.G, tensor.Float64, G.WithName(name))
		g.places[name], g.Coefs[name] = w, c
	}
	key := name + " " + leaf
	if p := g.prods[key]; p != nil {
		return p, nil
	}
	p, err := G.HadamardProd(w, x)
	if err != nil {
		return nil, err
	}
	g.prods[key] = p
	return p, nil
}

// Run evaluates every mix in float64 on gorgonia's tape machine: coefficients
// as the nearest float64, each product and sum rounded. The result is close to
// the true value, not the correctly rounded one.
func (g *Graph) Run(values map[string][]float64) (map[string][]float64, error) {
	for name, c := range g.Coefs {
		f, _ := c.Float64()
		if err := G.Let(g.places[name], f); err != nil {
			return nil, fmt.Errorf("set %s: %w", name, err)
		}
	}
	for leaf, x := range g.Leaves {
		v, ok := values[leaf]
		if !ok || len(v) != g.length {
			return nil, fmt.Errorf("run graph: want %d values of %s, have %d", g.length, leaf, len(v))
		}
		if err := G.Let(x, tensor.New(tensor.WithShape(g.length), tensor.WithBacking(v))); err != nil {
			return nil, fmt.Errorf("set %s: %w", leaf, err)
		}
	}
	m := G.NewTapeMachine(g.G)
	defer m.Close()
	if err := m.RunAll(); err != nil {
		return nil, fmt.Errorf("run graph: %w", err)
	}
	out := map[string][]float64{}
	for name, n := range g.Mixes {
		v, ok := n.Value().Data().([]float64)
		if !ok {
			return nil, fmt.Errorf("run graph: %s is %T", name, n.Value().Data())
		}
		out[name] = append([]float64(nil), v...)
	}
	return out, nil
}
