package ops

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/engine/fsx"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/ingredient"
	"cosmo/ops/mix"
	"cosmo/ops/pour"
)

// glassSize is what pouring an output would take, known from headers alone.
type glassSize struct {
	tensors     int
	read, write int64
}

// checkIngredients finds, from headers alone, what would stop a pour: files
// that are missing or damaged, other architectures, missing tensors. Errors
// point at the recipe line that asked for it.
func (s *Session) checkIngredients() hcl.Diagnostics {
	var diags hcl.Diagnostics
	leaves := map[int]*mix.Leaf{}
	bad := map[int]bool{}
	s.sizes = map[string]glassSize{}
	for _, n := range s.Plan.Nodes {
		if !n.Needed {
			continue
		}
		if n.Err != nil {
			bad[n.Index] = true
			if _, pinned := n.Err.(*engine.PinError); !pinned { // pins are told when applied: exit 13
				detail := Sentence(n.Err)
				if d, ok := n.Op.Data.(*ingredient.FileData); ok {
					detail += s.nearby(d.Path)
				}
				diags = append(diags, opDiag(n.Op, "Cannot use "+n.Op.Address, detail))
			}
			continue
		}
		if n.Op.Kind != pour.Kind || n.State == engine.Present {
			continue
		}
		d := n.Op.Data.(*pour.Data)
		var in []*mix.Leaf
		for _, e := range n.Op.Inputs {
			if leaves[e.From] == nil && !bad[e.From] {
				leaf, err := s.leaf(s.Plan.Nodes[e.From])
				if err != nil {
					bad[e.From] = true
					op := s.Plan.Nodes[e.From].Op
					diags = append(diags, opDiag(op, "Cannot use "+op.Address, Sentence(err)))
				}
				leaves[e.From] = leaf
			}
			if !bad[e.From] {
				in = append(in, leaves[e.From])
			}
		}
		if len(in) < len(n.Op.Inputs) {
			bad[n.Index] = true
			continue
		}
		parts, troubles := d.Glass(in).Resolve()
		for _, t := range troubles {
			dg := opDiag(n.Op, t.Summary, t.Detail)
			if t.Warning {
				dg.Severity = hcl.DiagWarning
			}
			diags = append(diags, dg)
		}
		s.sizes[n.Op.Address] = sizeOf(parts)
	}
	return diags
}

// nearby guesses which file of the folder is meant by a path that does not exist.
func (s *Session) nearby(path string) string {
	if _, err := s.opt.FS.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if strings.Contains("/"+filepath.ToSlash(path), "/~") {
		return " A path in a recipe begins in the recipe's folder; ~ is not your home there."
	}
	list, err := s.opt.FS.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	var names []string
	for _, info := range list {
		if !info.IsDir {
			names = append(names, info.Name)
		}
	}
	if near := lang.Nearest(filepath.Base(path), names); near != "" {
		return fmt.Sprintf(" Did you mean %s?", near)
	}
	return ""
}

func opDiag(op *engine.Op, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: HCLRange(op.Range)}
}

// leaf reads an ingredient's header; a synthetic one's follows from its name.
func (s *Session) leaf(n *engine.Node) (*mix.Leaf, error) {
	if d, ok := n.Op.Data.(*ingredient.SynthData); ok {
		layout, err := checkpoint.NewLayout(d.Synth.Specs(), nil)
		if err != nil {
			return nil, err
		}
		h := &checkpoint.Header{Tensors: layout.Tensors, DataStart: int64(len(layout.Header)), FileSize: layout.Size}
		return mix.NewLeaf(n.Op.Address, h.Tensors, checkpoint.Detect(h)), nil
	}
	return fileLeaf(s.opt.FS, n.Op.Address, n.Op.Data.(*ingredient.FileData).Path)
}

func fileLeaf(fs fsx.FS, address, path string) (*mix.Leaf, error) {
	f, err := fs.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	h, err := checkpoint.ReadHeader(f, info.Size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mix.NewLeaf(address, h.Tensors, checkpoint.Detect(h)), nil
}

func sizeOf(parts []mix.Part) glassSize {
	var g glassSize
	for i := range parts {
		p := &parts[i]
		n := int64(1)
		for _, d := range p.Shape {
			n *= d
		}
		g.tensors++
		g.write += n * int64(p.DType.Size())
		for _, t := range p.Terms {
			g.read += t.Tensor.Bytes
		}
	}
	return g
}
