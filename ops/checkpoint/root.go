package checkpoint

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cosmo/engine/digest"
)

// TensorSum is a tensor and the SHA-256 of its bytes.
type TensorSum struct {
	Spec
	Sum digest.Sum
}

// sumsTitle is the first line of every list of sums, and so part of the root.
const sumsTitle = "cosmo tensors 1\n"

// maxSums bounds a list that is read: MaxTensors lines of ordinary length.
const maxSums = 256 << 20

// Root returns what a checkpoint is, whatever its metadata and order: the
// SHA-256 of the text that MarshalSums gives.
func Root(list []TensorSum) digest.Sum { return digest.Of(MarshalSums(list)) }

// MarshalSums writes a list of different tensors, in any order, as canonical
// text. The first line is "cosmo tensors 1"; each tensor follows as
//
//	<name> TAB <dtype> TAB <shape> TAB <sha256> LF
//
// sorted by the bytes of the names. In a name a backslash is written \\, and
// every byte below 0x20, and 0x7f, as \x and two lower-case hexadecimal
// digits. The dtype is the format's spelling, the shape decimal sizes joined by
// "x" ("scalar" for none), the sum 64 lower-case hexadecimal digits.
func MarshalSums(list []TensorSum) []byte {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b TensorSum) int { return strings.Compare(a.Name, b.Name) })
	b := append(make([]byte, 0, 64+160*len(sorted)), sumsTitle...)
	for i := range sorted {
		s := &sorted[i]
		b = appendName(b, s.Name)
		b = append(b, '\t')
		b = append(b, s.DType.String()...)
		b = append(b, '\t')
		b = appendShape(b, s.Shape)
		b = append(b, '\t')
		b = append(b, s.Sum.Hex()...)
		b = append(b, '\n')
	}
	return b
}

func appendName(b []byte, name string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(name) {
		switch c := name[i]; {
		case c == '\\':
			b = append(b, `\\`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

func appendShape(b []byte, shape []int64) []byte {
	if len(shape) == 0 {
		return append(b, "scalar"...)
	}
	for i, d := range shape {
		if i > 0 {
			b = append(b, 'x')
		}
		b = strconv.AppendInt(b, d, 10)
	}
	return b
}

// UnmarshalSums reads what MarshalSums wrote, and nothing else.
func UnmarshalSums(text []byte) ([]TensorSum, error) {
	if len(text) > maxSums {
		return nil, fmt.Errorf("read tensor sums: %d bytes, and at most %d are allowed", len(text), maxSums)
	}
	rest, ok := bytes.CutPrefix(text, []byte(sumsTitle))
	if !ok {
		return nil, fmt.Errorf("read tensor sums: the first line is not %q", strings.TrimSpace(sumsTitle))
	}
	list := make([]TensorSum, 0, min(bytes.Count(rest, []byte{'\n'}), MaxTensors))
	for line := 2; len(rest) > 0; line++ {
		var row []byte
		if row, rest, ok = bytes.Cut(rest, []byte{'\n'}); !ok {
			return nil, fmt.Errorf("read tensor sums: line %d has no end", line)
		}
		if len(list) == MaxTensors {
			return nil, fmt.Errorf("read tensor sums: more than %d tensors", MaxTensors)
		}
		s, err := parseSum(string(row))
		if err == nil && len(list) > 0 && list[len(list)-1].Name >= s.Name {
			err = fmt.Errorf("its name does not follow the one before")
		}
		if err != nil {
			return nil, fmt.Errorf("read tensor sums: line %d: %w", line, err)
		}
		list = append(list, s)
	}
	return list, nil
}

func parseSum(row string) (s TensorSum, err error) {
	f := strings.SplitN(row, "\t", 5)
	if len(f) != 4 {
		return s, fmt.Errorf("it has not the four fields name, dtype, shape and sum")
	}
	if s.Name, err = parseName(f[0]); err != nil {
		return s, err
	}
	if s.DType = spelled([]byte(f[1])); s.DType == 0 {
		return s, fmt.Errorf("unknown dtype %s", quote(f[1]))
	}
	if s.Shape, err = parseShape(f[2]); err != nil {
		return s, err
	}
	if _, err = checkSpec(&s.Spec); err != nil {
		return s, err
	}
	if s.Sum, err = digest.Parse(f[3]); err != nil || s.Sum.Hex() != f[3] {
		return s, fmt.Errorf("%s is not 64 lower-case hexadecimal digits", quote(f[3]))
	}
	return s, nil
}

func parseName(text string) (string, error) {
	var b []byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' {
			switch {
			case strings.HasPrefix(text[i:], `\\`):
				i++
			case strings.HasPrefix(text[i:], `\x`) && i+4 <= len(text):
				n, err := strconv.ParseUint(text[i+2:i+4], 16, 8)
				if err != nil {
					return "", fmt.Errorf("bad escape in a name")
				}
				c = byte(n)
				i += 3
			default:
				return "", fmt.Errorf("bad escape in a name")
			}
		}
		b = append(b, c)
	}
	name := string(b)
	if string(appendName(nil, name)) != text || !utf8.ValidString(name) {
		return "", fmt.Errorf("the name %s is not written canonically", quote(text))
	}
	return name, nil
}

func parseShape(text string) ([]int64, error) {
	if text == "scalar" {
		return nil, nil
	}
	var shape []int64
	for part := range strings.SplitSeq(text, "x") {
		d, err := strconv.ParseInt(part, 10, 64)
		if err != nil || len(shape) == MaxRank {
			return nil, fmt.Errorf("%s is not a shape", quote(text))
		}
		shape = append(shape, d)
	}
	if string(appendShape(nil, shape)) != text {
		return nil, fmt.Errorf("the shape %s is not written canonically", quote(text))
	}
	return shape, nil
}
