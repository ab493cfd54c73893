package engine

import (
	"fmt"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

// State is what a plan knows of an op.
type State int

const (
	// Pending: its inputs' digests are not known yet, so nobody can say.
	Pending State = iota
	// Unread: a file whose digest is not known yet; it has to be read once.
	Unread
	// Missing: it has to be made.
	Missing
	// Present: the result is there.
	Present
)

// Node is an op with what the store says of it.
type Node struct {
	Op         *Op
	Index      int
	State      State
	Needed     bool       // something that must be made needs it, or it is a goal
	Key        digest.Sum // zero as long as it is not known
	Preimage   string
	ContentKey digest.Sum // likewise; files that stay where they are have none
	ContentPre string
	Result     *Result // when Present
	Err        error   // why it cannot be had: it failed, or differs from its pin
}

// Plan is a graph held against a store.
type Plan struct {
	Nodes []*Node
	impls map[string]Impl
	st    *store.Store
}

// NewPlan asks the store, and nothing else but the ingredients' identities,
// what is there. It reads no ingredient.
func NewPlan(g *Graph, st *store.Store, impls map[string]Impl) (*Plan, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	p := &Plan{impls: impls, st: st}
	for i := range g.Ops {
		op := &g.Ops[i]
		if impls[op.Kind] == nil {
			return nil, fmt.Errorf("plan %s: no implementation of %q", op.Address, op.Kind)
		}
		n := &Node{Op: op, Index: i}
		p.Nodes = append(p.Nodes, n)
		if err := p.resolve(n); err != nil {
			return nil, err
		}
	}
	p.mark()
	return p, nil
}

// resolve brings one node up to date with its inputs and the store.
func (p *Plan) resolve(n *Node) error {
	if n.State == Present {
		return nil
	}
	res, known, err := p.impls[n.Op.Kind].Probe(p.st, n.Op)
	if res != nil || err != nil {
		n.found(res, known, err)
		return nil
	}
	keyed, rooted := true, true
	defs, roots := make([]digest.Sum, len(n.Op.Inputs)), make([]digest.Sum, len(n.Op.Inputs))
	for i, e := range n.Op.Inputs {
		in := p.Nodes[e.From]
		defs[i], roots[i] = in.Key, in.content(n.Op.ByFile)
		keyed, rooted = keyed && !defs[i].IsZero(), rooted && !roots[i].IsZero()
	}
	if rooted {
		n.ContentPre = preimage(contentTag, n.Op, roots)
		n.ContentKey = digest.Of([]byte(n.ContentPre))
	}
	if !keyed {
		return nil // Pending
	}
	n.Preimage = preimage(definitionTag, n.Op, defs)
	n.Key = digest.Of([]byte(n.Preimage))
	n.State = Missing
	return p.lookup(n)
}

// found takes in what Probe says of a file: its key is its digest.
func (n *Node) found(res *Result, known bool, err error) {
	n.State, n.Err = Unread, err
	switch pin := n.Op.Pin; {
	case known && err == nil:
		n.State, n.Result, n.Key = Present, res, FileKey(res.SHA256)
	case pin != nil && !pin.SHA256.IsZero():
		n.Key = FileKey(pin.SHA256) // what was made of it may be there, even if it is gone
	}
	if err == nil {
		n.Err = CheckPin(n.Op, n.Key, res)
	}
}

// content is the digest that an op which uses this one sees in place of its
// definition; zero as long as it is not known.
func (n *Node) content(byFile bool) digest.Sum {
	var root, file digest.Sum
	if n.Result != nil {
		root, file = n.Result.Root, n.Result.SHA256
	} else if pin := n.Op.Pin; pin.covers(n.Key) {
		root, file = pin.Root, pin.SHA256
	}
	if byFile {
		return file
	}
	return root
}

// lookup asks for the definition key, then for the content key. A hit by
// content is recorded under the definition key too: next time it is direct.
func (p *Plan) lookup(n *Node) error {
	e, err := p.st.Lookup(n.Key)
	direct := e != nil
	if err == nil && !direct && !n.ContentKey.IsZero() {
		e, err = p.st.Lookup(n.ContentKey)
	}
	if err != nil {
		return fmt.Errorf("look %s up: %w", n.Op.Address, err)
	}
	if e != nil && !direct {
		e.Key, e.Preimage, e.Address = n.Key, n.Preimage, n.Op.Address
		if err := p.st.Publish(e, nil); err != nil {
			return err
		}
	}
	if e != nil {
		n.State, n.Result = Present, ResultOf(p.st, e)
		n.Err = CheckPin(n.Op, n.Key, n.Result)
	}
	return nil
}

// mark finds what has to be touched: goals, and whatever something that must
// be made needs.
func (p *Plan) mark() {
	for _, n := range p.Nodes {
		n.Needed = n.Op.Goal
	}
	for i := len(p.Nodes) - 1; i >= 0; i-- {
		n := p.Nodes[i]
		if !n.Needed || n.State == Present {
			continue
		}
		for _, e := range n.Op.Inputs {
			p.Nodes[e.From].Needed = true
		}
	}
}

// ResultOf turns a store entry into a result.
func ResultOf(st *store.Store, e *store.Entry) *Result {
	r := &Result{Root: e.Root, SHA256: e.SHA256, Size: e.Size, Path: st.Abs(e.Object)}
	if e.Attach != "" {
		r.Attach = st.Abs(e.Attach)
	}
	return r
}

// PinError says that something is not what the lock or the recipe pins.
type PinError struct {
	Op              *Op
	What, Want, Got string
}

func (e *PinError) Error() string {
	return fmt.Sprintf("%s differs from its pin: %s is %s, pinned is %s", e.Op.Address, e.What, e.Got, e.Want)
}

// covers reports whether a pin speaks of what a definition key makes.
func (p *Pin) covers(key digest.Sum) bool {
	return p != nil && (p.Key.IsZero() || p.Key == key)
}

// CheckPin compares a result, made under a definition key, with the op's pin.
// What is not known of the result is not compared.
func CheckPin(op *Op, key digest.Sum, r *Result) error {
	p := op.Pin
	if !p.covers(key) {
		return nil
	}
	if !p.Root.IsZero() && !r.Root.IsZero() && p.Root != r.Root {
		return &PinError{op, "root", p.Root.Hex(), r.Root.Hex()}
	}
	if !p.SHA256.IsZero() && !r.SHA256.IsZero() && p.SHA256 != r.SHA256 {
		return &PinError{op, "sha256", p.SHA256.Hex(), r.SHA256.Hex()}
	}
	if p.AutoV2 != "" && !r.SHA256.IsZero() && p.AutoV2 != r.SHA256.Short() {
		return &PinError{op, "autov2", p.AutoV2, r.SHA256.Short()}
	}
	if p.Size > 0 && r.Size > 0 && p.Size != r.Size {
		return &PinError{op, "size", fmt.Sprint(p.Size), fmt.Sprint(r.Size)}
	}
	return nil
}
