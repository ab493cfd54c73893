package checkpoint

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Layout is a .safetensors file before its weights are known.
type Layout struct {
	Header   []byte   // everything before the data: length, JSON, padding
	Tensors  []Tensor // in canonical order, without gaps
	Size     int64    // of the whole file, bytes
	Metadata map[string]string
}

// NewLayout places tensors as the reference writer does: widest type first,
// then by name; the header is padded with spaces so that the data begin at a
// multiple of 8. Unlike the reference's, metadata keys are sorted, so equal
// arguments give equal bytes. Empty metadata are left out.
func NewLayout(specs []Spec, metadata map[string]string) (*Layout, error) {
	if len(specs) > MaxTensors {
		return nil, fmt.Errorf("lay out checkpoint: %d tensors, and at most %d are allowed", len(specs), MaxTensors)
	}
	sorted := slices.Clone(specs)
	slices.SortFunc(sorted, func(a, b Spec) int {
		return cmp.Or(-cmp.Compare(a.DType, b.DType), cmp.Compare(a.Name, b.Name))
	})
	l := &Layout{Tensors: make([]Tensor, len(sorted)), Metadata: metadata}
	seen := make(map[string]bool, len(sorted))
	data := int64(0)
	for i, s := range sorted {
		n, err := checkSpec(&s)
		if err == nil && seen[s.Name] {
			err = fmt.Errorf("there are two of it")
		}
		if err == nil && n > math.MaxInt64-data-MaxHeader-8 {
			err = fmt.Errorf("the file would be too large")
		}
		if err != nil {
			return nil, fmt.Errorf("lay out tensor %s: %w", quote(s.Name), err)
		}
		seen[s.Name] = true
		l.Tensors[i] = Tensor{Name: s.Name, DType: s.DType, Shape: s.Shape, Offset: data, Bytes: n}
		data += n
	}
	b, err := appendMetadata(append(make([]byte, 8, 64+128*len(sorted)), '{'), metadata)
	if err != nil {
		return nil, err
	}
	for i := range l.Tensors {
		if len(b) > 9 {
			b = append(b, ',')
		}
		b = appendEntry(b, &l.Tensors[i])
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	if len(b)-8 > MaxHeader {
		return nil, fmt.Errorf("lay out checkpoint: its header would have %d bytes, and at most %d are allowed", len(b)-8, MaxHeader)
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	l.Header, l.Size = b, int64(len(b))+data
	for i := range l.Tensors {
		l.Tensors[i].Offset += int64(len(b))
	}
	return l, nil
}

// checkSpec returns the bytes a tensor takes.
func checkSpec(s *Spec) (int64, error) {
	switch {
	case !s.DType.valid():
		return 0, fmt.Errorf("it has no dtype")
	case s.Name == metadataKey:
		return 0, fmt.Errorf("the name means the file's metadata")
	case len(s.Name) > MaxName:
		return 0, fmt.Errorf("its name is longer than %d bytes", MaxName)
	case !utf8.ValidString(s.Name):
		return 0, fmt.Errorf("its name is not valid UTF-8")
	case len(s.Shape) > MaxRank:
		return 0, fmt.Errorf("it has more than %d dimensions", MaxRank)
	}
	return byteSize(s.DType, s.Shape)
}

func appendMetadata(b []byte, m map[string]string) ([]byte, error) {
	if len(m) == 0 {
		return b, nil
	}
	keys := make([]string, 0, len(m))
	for k, v := range m {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("lay out metadata %s: it is not valid UTF-8", quote(k))
		}
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, `"`+metadataKey+`":{`...)
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, k)
		b = append(b, ':')
		b = appendText(b, m[k])
	}
	return append(b, '}'), nil
}

// appendEntry writes one tensor; its offset is still relative to the data.
func appendEntry(b []byte, t *Tensor) []byte {
	b = appendText(b, t.Name)
	b = append(b, `:{"dtype":"`...)
	b = append(b, t.DType.String()...)
	b = append(b, `","shape":[`...)
	for i, d := range t.Shape {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, d, 10)
	}
	b = append(b, `],"data_offsets":[`...)
	b = strconv.AppendInt(b, t.Offset, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, t.Offset+t.Bytes, 10)
	return append(b, `]}`...)
}

// appendText writes a JSON string with the escapes that the reference writes
// and no others.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// Write writes a whole file: data(i) gives the bytes of layout.Tensors[i],
// asked for in order. It is the plain writer, for tools and tests.
func Write(w io.Writer, layout *Layout, data func(i int) (io.Reader, error)) error {
	if _, err := w.Write(layout.Header); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	for i := range layout.Tensors {
		t := &layout.Tensors[i]
		r, err := data(i)
		if err != nil {
			return fmt.Errorf("write tensor %s: %w", quote(t.Name), err)
		}
		n, err := io.Copy(w, io.LimitReader(r, t.Bytes))
		if err == nil && n < t.Bytes {
			err = fmt.Errorf("its data end after %d of %d bytes", n, t.Bytes)
		}
		if err == nil {
			err = atEnd(r)
		}
		if err != nil {
			return fmt.Errorf("write tensor %s: %w", quote(t.Name), err)
		}
	}
	return nil
}

// atEnd checks that nothing follows, and that the reader found all well.
func atEnd(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return errors.New("its data go on after the last byte")
	case err != io.EOF:
		return err
	}
	return nil
}
