package checkpoint

import (
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:generate go run keys/pack.go testdata/keys/sd15.tsv testdata/keys/sd21.tsv testdata/keys/sdxl.tsv

//go:embed keys/*.tsv.gz
var keyFiles embed.FS

// reference is the tensors of one architecture.
type reference struct {
	specs  []Spec // by name
	byName map[string]int
	parts  map[Component]int // how many tensors each component has
}

var references = map[Arch]func() *reference{
	SD1:  sync.OnceValue(func() *reference { return loadReference("sd15") }),
	SD2:  sync.OnceValue(func() *reference { return loadReference("sd21") }),
	SDXL: sync.OnceValue(func() *reference { return loadReference("sdxl") }),
}

// Complete lists the tensors of a complete, pruned fp16 checkpoint of an
// architecture, by name, with the shapes of the published models (SD 1.5,
// SD 2.1, SDXL base). It is nil for an unknown architecture. Source: the
// original implementations' state dicts.
func Complete(arch Arch) []Spec {
	load, ok := references[arch]
	if !ok {
		return nil
	}
	specs := slices.Clone(load().specs)
	for i := range specs {
		specs[i].Shape = slices.Clone(specs[i].Shape)
	}
	return specs
}

// Optional reports whether programs open a checkpoint without this tensor as
// they would with it: position_ids is a constant, logit_scale serves training.
func Optional(name string) bool {
	return strings.HasSuffix(name, ".position_ids") || strings.HasSuffix(name, ".logit_scale")
}

// loadReference reads an embedded table. A damaged one is a broken build.
func loadReference(file string) *reference {
	f, err := keyFiles.Open("keys/" + file + ".tsv.gz")
	if err != nil {
		panic(fmt.Sprintf("checkpoint: no key table %s: %v", file, err))
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		panic(fmt.Sprintf("checkpoint: key table %s: %v", file, err))
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(fmt.Sprintf("checkpoint: key table %s: %v", file, err))
	}
	specs, err := ParseKeys(string(text))
	if err != nil {
		panic(fmt.Sprintf("checkpoint: key table %s: %v", file, err))
	}
	r := &reference{specs: specs, byName: make(map[string]int, len(specs)), parts: map[Component]int{}}
	for i, s := range specs {
		r.byName[s.Name] = i
		r.parts[component(s.Name)]++
	}
	return r
}

// ParseKeys reads a key table: lines of name, dtype and shape ("320x4x3x3" or "scalar")
// after a line of titles.
func ParseKeys(text string) ([]Spec, error) {
	_, rows, _ := strings.Cut(text, "\n")
	var specs []Spec
	for row := range strings.Lines(rows) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		if len(f) < 3 {
			return nil, fmt.Errorf("line %q has %d fields", row, len(f))
		}
		shape, err := parseShape(f[2])
		if err != nil {
			return nil, err
		}
		d, err := ParseDType(f[1])
		if err != nil {
			return nil, err
		}
		specs = append(specs, Spec{Name: f[0], DType: d, Shape: shape})
	}
	slices.SortFunc(specs, func(a, b Spec) int { return strings.Compare(a.Name, b.Name) })
	return specs, nil
}
