package engine

import (
	"fmt"

	"cosmo/engine/digest"
	"cosmo/engine/store"
)

// State is what a plan knows of an op.
type State int

const (
	// Present: the result is there.
	Present State = iota
	// Missing: it has to be made.
	Missing
	// Unread: a file whose digest is not known yet; it has to be read once.
	Unread
	// Pending: its inputs' digests are not known yet, so nobody can say.
	Pending
)

// Node is an op with what the store says of it.
type Node struct {
	Op         *Op
	Index      int
	State      State
	Needed     bool // something that must be made needs it, or it is a goal
	Key        digest.Sum
	Preimage   string
	ContentKey digest.Sum
	ContentPre string
	Result     *Result // when Present
	Err        error   // why it cannot be had; the plan is then not runnable
	keyed      bool    // Key is known
	rooted     bool    // ContentKey is known
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
	if n.State == Present && n.Result != nil {
		return nil
	}
	res, known, err := p.impls[n.Op.Kind].Probe(p.st, n.Op)
	if err != nil {
		n.Err = err
	}
	if res != nil || known {
		return p.resolveFile(n, res, known)
	}
	keyed, rooted := true, true
	defs, roots := make([]digest.Sum, len(n.Op.Inputs)), make([]digest.Sum, len(n.Op.Inputs))
	for i, e := range n.Op.Inputs {
		in := p.Nodes[e.From]
		defs[i], keyed = in.Key, keyed && in.keyed
		roots[i] = in.content(n.Op.ByFile)
		rooted = rooted && !roots[i].IsZero()
	}
	if keyed {
		n.Preimage = preimage(definitionTag, n.Op, defs)
		n.Key, n.keyed = digest.Of([]byte(n.Preimage)), true
	}
	if rooted {
		n.ContentPre = preimage(contentTag, n.Op, roots)
		n.ContentKey, n.rooted = digest.Of([]byte(n.ContentPre)), true
	}
	n.State = Pending
	if !n.keyed {
		return nil
	}
	n.State = Missing
	return p.lookup(n)
}

// content is the digest that an op which uses this one sees in place of its
// definition; zero as long as it is not known.
func (n *Node) content(byFile bool) digest.Sum {
	switch r, pin := n.Result, n.Op.Pin; {
	case byFile && r != nil:
		return r.SHA256
	case byFile && pin != nil:
		return pin.SHA256
	case byFile:
		return digest.Sum{}
	case r != nil && !r.Root.IsZero():
		return r.Root
	case pin != nil:
		return pin.Root
	}
	return digest.Sum{}
}

// lookup asks for the definition key, then for the content key. A hit by
// content is recorded under the definition key too: next time it is direct.
func (p *Plan) lookup(n *Node) error {
	e, err := p.st.Lookup(n.Key)
	if err != nil {
		return fmt.Errorf("look %s up: %w", n.Op.Address, err)
	}
	if e == nil && n.rooted {
		if e, err = p.st.Lookup(n.ContentKey); err != nil {
			return fmt.Errorf("look %s up: %w", n.Op.Address, err)
		}
		if e != nil {
			same := *e
			same.Key, same.Preimage, same.Address = n.Key, n.Preimage, n.Op.Address
			if err := p.st.Publish(&same, nil); err != nil {
				return err
			}
		}
	}
	if e != nil {
		n.State, n.Result = Present, ResultOf(p.st, e)
		n.Err = CheckPin(n.Op, n.Key, n.Result)
	}
	return nil
}

// resolveFile handles ops that Probe answers: their key is their digest.
func (p *Plan) resolveFile(n *Node, res *Result, known bool) error {
	pin := n.Op.Pin
	switch {
	case known && res != nil:
		n.State, n.Result = Present, res
		n.Key, n.keyed = FileKey(res.SHA256), true
		if err := CheckPin(n.Op, n.Key, res); err != nil {
			n.Err = err
		}
		n.rooted = true
	default:
		n.State = Unread
		if pin != nil && !pin.SHA256.IsZero() {
			n.Key, n.keyed = FileKey(pin.SHA256), true
		}
		if pin != nil && pin.Size > 0 && res != nil && res.Size > 0 && res.Size != pin.Size && n.Err == nil {
			n.Err = &PinError{Op: n.Op, What: "size", Want: fmt.Sprint(pin.Size), Got: fmt.Sprint(res.Size)}
		}
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

// Work lists the nodes that Run would touch, in order.
func (p *Plan) Work() []*Node {
	var w []*Node
	for _, n := range p.Nodes {
		if n.Needed && n.State != Present {
			w = append(w, n)
		}
	}
	return w
}

// Store returns the store the plan was made against.
func (p *Plan) Store() *store.Store { return p.st }

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

// CheckPin compares a result, made under a definition key, with the op's pin.
func CheckPin(op *Op, key digest.Sum, r *Result) error {
	p := op.Pin
	if p == nil || (!p.Key.IsZero() && p.Key != key) {
		return nil
	}
	if !p.Root.IsZero() && !r.Root.IsZero() && p.Root != r.Root {
		return &PinError{op, "root", p.Root.String(), r.Root.String()}
	}
	if !p.SHA256.IsZero() && !r.SHA256.IsZero() && p.SHA256 != r.SHA256 {
		return &PinError{op, "sha256", p.SHA256.String(), r.SHA256.String()}
	}
	if p.AutoV2 != "" && !r.SHA256.IsZero() && p.AutoV2 != r.SHA256.Short() {
		return &PinError{op, "autov2", p.AutoV2, r.SHA256.Short()}
	}
	return nil
}
