package pour

import (
	"bufio"
	"bytes"
	"fmt"
	"sort"
	"strings"

	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
)

// A manifest lies beside every poured file: one line a tensor, with what the
// tensor is (its sum) and how it was made (its key). A later pass finds there
// what it need not compute again.
type manifest []manifestLine

type manifestLine struct {
	sum, key digest.Sum
	name     string
}

func (m manifest) marshal() []byte {
	var b bytes.Buffer
	for _, l := range m {
		fmt.Fprintf(&b, "%s %s %s\n", l.sum.Hex(), l.key.Hex(), l.name)
	}
	return b.Bytes()
}

func unmarshalManifest(b []byte) (manifest, error) {
	var m manifest
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		f := strings.SplitN(sc.Text(), " ", 3)
		if len(f) != 3 {
			return nil, fmt.Errorf("read manifest: line %d has %d fields", len(m)+1, len(f))
		}
		var l manifestLine
		var err error
		if l.sum, err = digest.Parse(f[0]); err == nil {
			l.key, err = digest.Parse(f[1])
		}
		if err != nil {
			return nil, fmt.Errorf("read manifest: line %d: %w", len(m)+1, err)
		}
		l.name = f[2]
		m = append(m, l)
	}
	return m, sc.Err()
}

// tensorKey names a tensor by how it is made: the mix op's version, its type,
// and which ingredient tensors (by content) enter with which exact weights.
func tensorKey(p *mix.Part, sums func(leaf int, name string) digest.Sum) digest.Sum {
	lines := make([]string, len(p.Terms))
	for i, t := range p.Terms {
		lines[i] = fmt.Sprintf("%s %s %s\n", sums(t.Leaf, p.Name), t.Tensor.DType, t.Coef.RatString())
	}
	sort.Strings(lines)
	text := fmt.Sprintf("cosmo tensor 1\nmix %d\n%s %v\n%s", mix.Version, p.DType, p.Shape, strings.Join(lines, ""))
	if p.Literal != nil {
		text += "literal " + digest.Of(p.Literal).String() + "\n"
	}
	return digest.Of([]byte(text))
}

// sumsByName indexes an ingredient's per-tensor digests.
func sumsByName(list []checkpoint.TensorSum) map[string]digest.Sum {
	m := make(map[string]digest.Sum, len(list))
	for i := range list {
		m[list[i].Name] = list[i].Sum
	}
	return m
}
