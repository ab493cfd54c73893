package pour

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"cosmo/engine/digest"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
)

// A manifest lies beside every poured file: one line a tensor, with what the
// tensor is (its sum), how it was made (its key), and what was counted in it. A
// later pass finds there what it need not compute again.
type manifest []manifestLine

type manifestLine struct {
	sum, key digest.Sum
	counts   kernel.Stats
	name     string
}

const manifestTitle = "cosmo manifest 1\n"

func (m manifest) marshal() []byte {
	b := bytes.NewBufferString(manifestTitle)
	for _, l := range m {
		fmt.Fprintf(b, "%s %s %d %d %d %d %q\n", l.sum.Hex(), l.key.Hex(), l.counts.Saturated, l.counts.NaN, l.counts.BornNaN, l.counts.Inf, l.name)
	}
	return b.Bytes()
}

func unmarshalManifest(b []byte) (manifest, error) {
	rest, ok := bytes.CutPrefix(b, []byte(manifestTitle))
	if !ok {
		return nil, fmt.Errorf("read manifest: the first line is not %q", strings.TrimSpace(manifestTitle))
	}
	var m manifest
	for line := range bytes.Lines(rest) {
		l, err := parseManifestLine(strings.TrimSuffix(string(line), "\n"))
		if err != nil {
			return nil, fmt.Errorf("read manifest: line %d: %w", len(m)+2, err)
		}
		m = append(m, l)
	}
	return m, nil
}

func parseManifestLine(text string) (l manifestLine, err error) {
	f := strings.SplitN(text, " ", 7)
	if len(f) != 7 {
		return l, fmt.Errorf("it has %d fields", len(f))
	}
	if l.sum, err = digest.Parse(f[0]); err == nil {
		l.key, err = digest.Parse(f[1])
	}
	for i, n := range []*int64{&l.counts.Saturated, &l.counts.NaN, &l.counts.BornNaN, &l.counts.Inf} {
		if err == nil {
			*n, err = strconv.ParseInt(f[2+i], 10, 64)
		}
	}
	if err == nil {
		l.name, err = strconv.Unquote(f[6])
	}
	return l, err
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
