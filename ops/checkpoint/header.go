package checkpoint

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Header is what a .safetensors file says of itself.
type Header struct {
	Metadata  map[string]string // nil if the file has none
	Tensors   []Tensor          // in the order of their data
	DataStart int64             // first byte after the header
	FileSize  int64

	index map[string]int
}

// Lookup returns the tensor of that name, nil if there is none. It points into
// Tensors.
func (h *Header) Lookup(name string) *Tensor {
	if h.index == nil { // not made by ReadHeader
		i := slices.IndexFunc(h.Tensors, func(t Tensor) bool { return t.Name == name })
		if i < 0 {
			return nil
		}
		return &h.Tensors[i]
	}
	if i, ok := h.index[name]; ok {
		return &h.Tensors[i]
	}
	return nil
}

const metadataKey = "__metadata__"

// ReadHeader reads and checks the header of the file r of size bytes. It takes
// nothing that the reference reader refuses, and all that it takes but these:
// equal names or metadata keys (of which the reference silently keeps the
// last), entries that are lists instead of objects, and what is beyond the
// Max… limits. What is wrong with the file itself is a *FormatError.
func ReadHeader(r io.ReaderAt, size int64) (*Header, error) {
	b, err := headerBytes(r, size)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) {
		return nil, malformed("the header is not valid UTF-8; the file is damaged")
	}
	h := &Header{DataStart: 8 + int64(len(b)), FileSize: size, index: map[string]int{}}
	p := parser{Header: h, scanner: scanner{b: b}}
	if err := p.header(); err != nil {
		var f *FormatError
		if errors.As(err, &f) {
			return nil, err
		}
		return nil, malformed("the header is not the JSON text it should be: it %v", err)
	}
	if err := h.settle(); err != nil {
		return nil, err
	}
	return h, nil
}

// headerBytes reads the JSON text of a header. Where no header can be, it says
// what the file is instead, if it can tell.
func headerBytes(r io.ReaderAt, size int64) ([]byte, error) {
	start := make([]byte, min(max(size, 0), sniffLength))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), start); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	var n uint64
	if size >= 8 {
		n = binary.LittleEndian.Uint64(start)
	}
	if n == 0 || n > MaxHeader || !opensObject(start[8:]) {
		if what := sniff(start); what != "" {
			return nil, malformed("%s", what)
		}
	}
	switch {
	case size < 8:
		return nil, malformed("the file is too short: it has %d of the 8 bytes that every safetensors file begins with", size)
	case n == 0:
		return nil, malformed("the header is empty: the file begins with a length of 0")
	case n > MaxHeader:
		return nil, malformed("this is not a safetensors file: its first 8 bytes would mean a header of %d bytes, and at most %d are allowed", n, MaxHeader)
	case n > uint64(size-8):
		return nil, malformed("the file is cut short: its header should have %s, and only %d follow; fetch it again", bytesText(int64(n)), size-8)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, 8, int64(n)), b); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	return b, nil
}

// opensObject reports whether JSON text begins as a header has to.
func opensObject(text []byte) bool {
	s := scanner{b: text}
	return s.peek() == '{'
}

// parser fills a Header from its text. Offsets are relative to the data until
// settle has checked them.
type parser struct {
	*Header
	scanner
	hasMeta bool
	dims    []int64 // shapes are slices of it
}

func (p *parser) header() error {
	err := p.object(func(key []byte) error {
		if string(key) == metadataKey {
			return p.metadata()
		}
		return p.tensor(key)
	})
	if err != nil {
		return err
	}
	if p.peek(); p.i < len(p.b) {
		return malformed("the header goes on after its JSON text, with %s; only spaces may follow", p.here())
	}
	return nil
}

func (p *parser) metadata() error {
	if p.hasMeta {
		return malformed("the header has two %s entries", metadataKey)
	}
	p.hasMeta = true
	if p.word("null") {
		return nil
	}
	if p.peek() != '{' {
		return malformed("%s is not an object", metadataKey)
	}
	p.Metadata = map[string]string{}
	return p.object(func(k []byte) error {
		key := string(k)
		if _, ok := p.Metadata[key]; ok {
			return malformed("the metadata has two entries %s", quote(key))
		}
		if p.peek() != '"' {
			return malformed("the metadata entry %s is not a string", quote(key))
		}
		v, err := p.text()
		p.Metadata[key] = string(v)
		return err
	})
}

// tensor reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
// Unknown fields are skipped.
func (p *parser) tensor(key []byte) error {
	if len(key) > MaxName {
		return malformed("a tensor's name has %d bytes; at most %d are allowed", len(key), MaxName)
	}
	if len(p.Tensors) == MaxTensors {
		return malformed("the header has more than %d tensors", MaxTensors)
	}
	t := Tensor{Name: string(key)}
	bad := func(format string, args ...any) error {
		return malformed("tensor %s: %s", quote(t.Name), fmt.Sprintf(format, args...))
	}
	if _, ok := p.index[t.Name]; ok {
		return bad("the header has it twice")
	}
	if p.peek() != '{' {
		return bad("its entry is not an object")
	}
	var hasType, hasShape, hasOffsets bool
	err := p.object(func(field []byte) error {
		twice := func(seen *bool) error {
			if *seen {
				return bad("its entry has two %s fields", field)
			}
			*seen = true
			return nil
		}
		switch string(field) {
		case "dtype":
			if err := twice(&hasType); err != nil {
				return err
			}
			if p.peek() != '"' {
				return bad("its dtype is not a string")
			}
			name, err := p.text()
			if err != nil {
				return err
			}
			if t.DType = spelled(name); t.DType == 0 {
				return bad("unknown dtype %s", quote(string(name)))
			}
		case "shape":
			if err := twice(&hasShape); err != nil {
				return err
			}
			from := len(p.dims)
			if err := p.numbers(MaxRank); err != nil {
				return bad("its shape is not a list of at most %d sizes: the header %v", MaxRank, err)
			}
			t.Shape = p.dims[from:len(p.dims):len(p.dims)]
		case "data_offsets":
			if err := twice(&hasOffsets); err != nil {
				return err
			}
			from := len(p.dims)
			if err := p.numbers(2); err != nil {
				return bad("its data_offsets are not two positions: the header %v", err)
			}
			if len(p.dims) != from+2 {
				return bad("its data_offsets are not two positions")
			}
			t.Offset, t.Bytes = p.dims[from], p.dims[from+1]-p.dims[from]
			p.dims = p.dims[:from]
			if t.Bytes < 0 {
				return bad("its data ends at %d, before it begins at %d", t.Offset+t.Bytes, t.Offset)
			}
		default:
			return p.skip(2)
		}
		return nil
	})
	if err != nil {
		if errors.Is(err, errDeep) {
			return bad("its entry is nested more than %d levels deep", maxDepth)
		}
		return err
	}
	for _, f := range []struct {
		has  bool
		name string
	}{{hasType, "dtype"}, {hasShape, "shape"}, {hasOffsets, "data_offsets"}} {
		if !f.has {
			return bad("its entry has no %s", f.name)
		}
	}
	n, err := byteSize(t.DType, t.Shape)
	if err != nil {
		return bad("%v", err)
	}
	if n != t.Bytes {
		return bad("%s of shape %s takes %s, and its data_offsets give it %d", t.DType, shapeText(t.Shape), bytesText(n), t.Bytes)
	}
	p.index[t.Name] = len(p.Tensors)
	p.Tensors = append(p.Tensors, t)
	return nil
}

// numbers appends a list of at most most numbers to dims.
func (p *parser) numbers(most int) error {
	from := len(p.dims)
	return p.array(func() error {
		n, err := p.whole()
		if err != nil {
			return err
		}
		if len(p.dims)-from == most {
			return fmt.Errorf("has more than %d numbers there", most)
		}
		p.dims = append(p.dims, n)
		return nil
	})
}

// settle puts the tensors in data order, checks that they cover the data
// without hole or overlap, and makes offsets absolute.
func (h *Header) settle() error {
	inOrder := func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Bytes, b.Bytes), cmp.Compare(a.Name, b.Name))
	}
	if !slices.IsSortedFunc(h.Tensors, inOrder) {
		slices.SortFunc(h.Tensors, inOrder)
		for i := range h.Tensors {
			h.index[h.Tensors[i].Name] = i
		}
	}
	at := int64(0)
	for i := range h.Tensors {
		t := &h.Tensors[i]
		switch {
		case t.Offset > at && i == 0:
			return malformed("there is a hole of %s before the first tensor, %s", bytesText(t.Offset), quote(t.Name))
		case t.Offset > at:
			return malformed("there is a hole of %s between the tensors %s and %s", bytesText(t.Offset-at), quote(h.Tensors[i-1].Name), quote(t.Name))
		case t.Offset < at:
			return malformed("the tensors %s and %s overlap", quote(h.Tensors[i-1].Name), quote(t.Name))
		}
		at += t.Bytes
		t.Offset += h.DataStart
	}
	switch have := h.FileSize - h.DataStart; {
	case have < at:
		return malformed("the file is cut short: its tensors take %s, and only %d follow the header; fetch it again", bytesText(at), have)
	case have > at:
		return malformed("the file goes on for %s after what its header describes; it is damaged, or the header is another file's", bytesText(have-at))
	}
	return nil
}
