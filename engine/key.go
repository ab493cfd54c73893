package engine

import (
	"fmt"
	"sort"
	"strings"

	"cosmo/engine/digest"
)

// Two keys name what an op makes. The definition key follows from recipe and
// lock alone; the content key has the inputs' roots in place of their
// definition keys, so a remade but equal input changes nothing downstream.
// Both are SHA-256 over a text that is kept beside the result: comparing two
// such texts says why something was made again.
const (
	definitionTag = "cosmo definition 1"
	contentTag    = "cosmo content 1"

	inputWord = "input " // begins the lines of inputs, and no others
)

// preimage writes the text whose SHA-256 is the key. inputs holds one digest
// per edge. Input lines are sorted: they name contents and parts, so neither
// labels nor the order in a recipe shows.
func preimage(tag string, op *Op, inputs []digest.Sum) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nop %s %d\n", tag, op.Kind, op.Version)
	if op.Params != "" {
		b.WriteString(strings.TrimSuffix(op.Params, "\n"))
		b.WriteByte('\n')
	}
	lines := make([]string, len(op.Inputs))
	for i, e := range op.Inputs {
		lines[i] = fmt.Sprintf("%s%s %s\n", inputWord, inputs[i], e.Role)
	}
	sort.Strings(lines)
	for _, l := range lines {
		b.WriteString(l)
	}
	return b.String()
}

// FileKey is the definition key of a file that stays where it is: its digest,
// whatever its name.
func FileKey(sha256 digest.Sum) digest.Sum {
	return digest.Of([]byte("cosmo file 1\n" + sha256.String() + "\n"))
}
