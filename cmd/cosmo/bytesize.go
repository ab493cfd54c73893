package main

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strings"
)

// byteSize is a flag's number of bytes: "200GB", "1.5 TiB", "4096".
type byteSize int64

var byteSizeText = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) *([kmgtpe]?)(i?)(b?)$`)

// Set implements pflag.Value. Prefixes are decimal (GB), or binary with an i
// (GiB), as disks and memories are sold; their case does not matter.
func (n *byteSize) Set(text string) error {
	m := byteSizeText.FindStringSubmatch(strings.ToLower(text))
	if m == nil || (m[3] != "" && m[2] == "") {
		return fmt.Errorf("%q is not a size; write 200GB, 1.5TiB or 0", text)
	}
	base := int64(1000)
	if m[3] != "" {
		base = 1024
	}
	v, _ := new(big.Rat).SetString(m[1]) // the pattern lets nothing else through
	if m[2] != "" {
		for range 1 + strings.Index("kmgtpe", m[2]) {
			v.Mul(v, big.NewRat(base, 1))
		}
	}
	whole := new(big.Int).Quo(v.Num(), v.Denom())
	if !whole.IsInt64() {
		return fmt.Errorf("no disk is that large; at most %d bytes can be said", int64(math.MaxInt64))
	}
	*n = byteSize(whole.Int64())
	return nil
}

func (n *byteSize) String() string { return fmt.Sprint(int64(*n)) }

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }
