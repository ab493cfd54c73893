package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func read(t *testing.T, b []byte) *Header {
	t.Helper()
	h, err := ReadHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestReadHeader: what is read, not only that it is.
func TestReadHeader(t *testing.T) {
	text := `  {"late":{"data_offsets":[8,14],"x":[{}],"shape":[3,1],"dtype":"F16"},` +
		`"__metadata__":{"format":"pt","\ud83d\ude00\n\"\\\/\u00e9é":"\u0000"},` +
		`"\u0065arly":{"dtype":"\u00464","shape":[4,0],"data_offsets":[0,0]},` +
		`"mid":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}` + "\n "
	b := file(text, "01234567abcdef")
	h := read(t, b)
	start := int64(8 + len(text))
	want := &Header{
		Metadata: map[string]string{"format": "pt", "😀\n\"\\/éé": "\x00"},
		Tensors: []Tensor{
			{"early", F4, []int64{4, 0}, start, 0},
			{"mid", I64, nil, start, 8},
			{"late", F16, []int64{3, 1}, start + 8, 6},
		},
		DataStart: start,
		FileSize:  int64(len(b)),
	}
	if d := cmp.Diff(want, h, cmpopts.IgnoreUnexported(Header{}), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	byHand := &Header{Tensors: want.Tensors}
	for _, h := range []*Header{h, byHand} {
		for i, name := range []string{"early", "mid", "late"} {
			if x := h.Lookup(name); x != &h.Tensors[i] {
				t.Errorf("Lookup(%s) = %v", name, x)
			}
		}
		if x := h.Lookup("__metadata__"); x != nil {
			t.Errorf("Lookup(__metadata__) = %v", x)
		}
	}
	if s := h.Lookup("late").Spec(); s.Name != "late" || s.DType != F16 || s.Elements() != 3 {
		t.Errorf("Spec() = %+v", s)
	}
	if read(t, file(`{}`, "")).Metadata != nil || read(t, file(`{"__metadata__":null}`, "")).Metadata != nil {
		t.Error("metadata out of nothing")
	}
}

// TestShapesStay: shapes that were read early stay whole while later ones are read.
func TestShapesStay(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 500 {
		// Offsets stand before the shape, where their numbers are in the way.
		fmt.Fprintf(&b, `"%d":{"data_offsets":[0,0],"shape":[%d,0,%d],"dtype":"U8"},`, i, i, 2*i)
	}
	h := read(t, file(strings.TrimSuffix(b.String(), ",")+"}", ""))
	for i := range 500 {
		if got := fmt.Sprint(h.Lookup(fmt.Sprint(i)).Shape); got != fmt.Sprint([]int{i, 0, 2 * i}) {
			t.Fatalf("shape of %d is %s", i, got)
		}
	}
}

// breaks fails from a byte on.
type breaks struct {
	r  io.ReaderAt
	at int64
}

var errDisk = errors.New("disk on fire")

func (b breaks) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) <= b.at {
		return b.r.ReadAt(p, off)
	}
	n, _ := b.r.ReadAt(p[:max(0, b.at-off)], off)
	return n, errDisk
}

// TestReadErrors: a disk that fails is no fault of the format.
func TestReadErrors(t *testing.T) {
	b := file(`{`+byteA+`}`+times(1000, " "), "x")
	for _, at := range []int64{0, 5, 100, 600, 1000} {
		_, err := ReadHeader(breaks{bytes.NewReader(b), at}, int64(len(b)))
		var f *FormatError
		if !errors.Is(err, errDisk) || errors.As(err, &f) || !strings.HasPrefix(err.Error(), "read header: ") {
			t.Errorf("a disk that fails at byte %d: %v", at, err)
		}
	}
	if _, err := ReadHeader(bytes.NewReader(b[:500]), int64(len(b))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that shrank: %v", err)
	}
	if _, err := ReadHeader(bytes.NewReader(nil), -1); err == nil || err.Error() != "the file is empty" {
		t.Errorf("a negative size: %v", err)
	}
	// The data are not needed.
	if _, err := ReadHeader(breaks{bytes.NewReader(b), int64(len(b) - 1)}, int64(len(b))); err != nil {
		t.Errorf("a disk that fails behind the header: %v", err)
	}
}

// TestMaxTensors: a million tensors are read, one more is not.
func TestMaxTensors(t *testing.T) {
	if testing.Short() {
		t.Skip("reads headers of 50 MB")
	}
	entry := func(i int) string { return fmt.Sprintf(`"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i) }
	text := many(MaxTensors, entry)
	if h := read(t, file("{"+text+"}", "")); len(h.Tensors) != MaxTensors {
		t.Errorf("%d tensors", len(h.Tensors))
	}
	b := file("{"+text+","+entry(MaxTensors)+"}", "")
	if _, err := ReadHeader(bytes.NewReader(b), int64(len(b))); err == nil || err.Error() != "the header has more than 1000000 tensors" {
		t.Errorf("a million and one: %v", err)
	}
}

// TestMaxHeader: the longest header that is allowed, mostly spaces.
func TestMaxHeader(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a header of 100 MB")
	}
	b := make([]byte, 8+MaxHeader+1)
	copy(b, claims(MaxHeader, "{"+byteA+"}"))
	for i := 8 + len("{"+byteA+"}"); i < len(b); i++ {
		b[i] = ' '
	}
	h := read(t, b)
	if h.DataStart != 8+MaxHeader || !maps.Equal(h.index, map[string]int{"a": 0}) {
		t.Errorf("read %+v", h)
	}
}
