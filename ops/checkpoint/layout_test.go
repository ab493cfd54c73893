package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// genSpecs draws tensors with different names and few bytes, so that whole
// files can be written.
func genSpecs(t *rapid.T) []Spec {
	names := rapid.SliceOfNDistinct(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-c.\\"/\n\x00-\x1f\x7f]{0,5}`)), 0, 12, rapid.ID).Draw(t, "names")
	var specs []Spec
	for _, name := range names {
		if name == metadataKey || strings.ToValidUTF8(name, "") != name {
			continue
		}
		s := Spec{Name: name, DType: DType(rapid.IntRange(int(BOOL), int(U64)).Draw(t, "dtype"))}
		s.Shape = rapid.SliceOfN(rapid.Int64Range(0, 3), 0, 4).Draw(t, "shape")
		if s.DType.Bits()%8 != 0 {
			s.Shape = append(s.Shape, 4)
		}
		specs = append(specs, s)
	}
	return specs
}

func genMetadata(t *rapid.T) map[string]string {
	return rapid.MapOfN(rapid.String(), rapid.String(), 0, 4).Filter(func(m map[string]string) bool {
		for k, v := range m {
			if strings.ToValidUTF8(k+v, "") != k+v {
				return false
			}
		}
		return true
	}).Draw(t, "metadata")
}

// nothing gives as many zeros as a tensor takes.
func nothing(l *Layout) func(int) (io.Reader, error) {
	return func(i int) (io.Reader, error) { return bytes.NewReader(make([]byte, l.Tensors[i].Bytes)), nil }
}

// TestLayoutRoundTrip: what is written is read again, whatever the names, and
// the order in which tensors are given does not show.
func TestLayoutRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		specs, metadata := genSpecs(t), genMetadata(t)
		given := slices.Clone(specs)
		l, err := NewLayout(specs, metadata)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(given, specs, cmpopts.EquateEmpty()); d != "" {
			t.Fatal("the list that was given changed:", d)
		}
		var b bytes.Buffer
		if err := Write(&b, l, nothing(l)); err != nil {
			t.Fatal(err)
		}
		h, err := ReadHeader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if int64(b.Len()) != l.Size || h.DataStart != int64(len(l.Header)) || h.DataStart%8 != 0 || !bytes.HasPrefix(l.Header[8:], []byte("{")) {
			t.Fatalf("%d bytes, data at %d; the layout says %d and %d", b.Len(), h.DataStart, l.Size, len(l.Header))
		}
		// Tensors without data lie at one place, where their order is free.
		inOrder := cmpopts.SortSlices(func(a, b Tensor) bool { return a.Name < b.Name })
		if d := cmp.Diff(l.Tensors, h.Tensors, cmpopts.EquateEmpty(), inOrder); d != "" {
			t.Fatal(d)
		}
		if !maps.Equal(metadata, h.Metadata) {
			t.Fatalf("metadata %q, want %q", h.Metadata, metadata)
		}
		again, err := NewLayout(rapid.Permutation(specs).Draw(t, "order"), maps.Clone(metadata))
		if err != nil || !bytes.Equal(again.Header, l.Header) {
			t.Fatalf("another order gives another header (%v)", err)
		}
	})
}

// TestLayoutOrder: widest type first, then the bytes of the names; the JSON
// names the entries in that order, which is a promise to streaming readers.
func TestLayoutOrder(t *testing.T) {
	l, err := NewLayout([]Spec{
		{"b", F16, []int64{2}}, {"é", F16, []int64{2}}, {"B", F16, []int64{2}}, {"a.9", F16, nil}, {"a.10", F16, nil},
		{"u", U64, nil}, {"f", F64, nil}, {"w", F32, nil}, {"n", F32, []int64{0}}, {"q", U8, nil}, {"bool", BOOL, nil},
	}, map[string]string{"z": "1", "a": "2"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range l.Tensors {
		got = append(got, x.Name)
	}
	if want := "u f n w B a.10 a.9 b é q bool"; strings.Join(got, " ") != want {
		t.Errorf("order %q, want %q", got, want)
	}
	text := string(l.Header[8:])
	if !strings.HasPrefix(text, `{"__metadata__":{"a":"2","z":"1"},"u":{"dtype":"U64","shape":[],"data_offsets":[0,8]},"f":{`) {
		t.Errorf("the header is %s", text)
	}
	at := 0
	for _, name := range got {
		i := strings.Index(text[at:], `"`+name+`":{"dtype"`)
		if i < 0 {
			t.Fatalf("no entry of %q after byte %d", name, at)
		}
		at += i
	}
	if !json.Valid(l.Header[8:]) {
		t.Error("the header is not JSON")
	}
}

func TestLayoutErrors(t *testing.T) {
	long := strings.Repeat("n", MaxName+1)
	for _, c := range []struct {
		specs []Spec
		meta  map[string]string
		want  string
	}{
		{[]Spec{{"a", 0, nil}}, nil, `lay out tensor "a": it has no dtype`},
		{[]Spec{{"a", 99, nil}}, nil, `lay out tensor "a": it has no dtype`},
		{[]Spec{{"a", U8, nil}, {"a", U8, nil}}, nil, `lay out tensor "a": there are two of it`},
		{[]Spec{{"a", U8, nil}, {"a", F16, nil}}, nil, `lay out tensor "a": there are two of it`},
		{[]Spec{{"__metadata__", U8, nil}}, nil, `lay out tensor "__metadata__": the name means the file's metadata`},
		{[]Spec{{"\xff", U8, nil}}, nil, `lay out tensor "\xff": its name is not valid UTF-8`},
		{[]Spec{{long, U8, nil}}, nil, `lay out tensor "` + long[:120] + `"… (65537 bytes): its name is longer than 65536 bytes`},
		{[]Spec{{long[:MaxName], U8, nil}}, nil, ""},
		{[]Spec{{"a", U8, make([]int64, 33)}}, nil, `lay out tensor "a": it has more than 32 dimensions`},
		{[]Spec{{"a", U8, []int64{2, -1}}}, nil, `lay out tensor "a": a dimension of its shape [2, -1] is negative`},
		{[]Spec{{"a", U8, []int64{1 << 32, 1 << 32}}}, nil, `lay out tensor "a": its shape [4294967296, 4294967296] has more elements than can be counted`},
		{[]Spec{{"a", F4, []int64{3}}}, nil, `lay out tensor "a": F4 of shape [3] takes 12 bits, which is no whole number of bytes`},
		{[]Spec{{"a", U8, []int64{math.MaxInt64}}}, nil, `lay out tensor "a": its shape [9223372036854775807] has more elements than can be counted`},
		{[]Spec{{"a", U8, []int64{1 << 60}}, {"b", F32, []int64{1 << 58}}}, nil, ""},
		{[]Spec{{"a", U8, []int64{1 << 60}}, {"b", F32, []int64{1 << 58}}, {"c", U8, []int64{1 << 60}}, {"d", U16, []int64{1 << 59}},
			{"e", U8, []int64{1 << 60}}, {"f", U8, []int64{1 << 60}}, {"g", U8, []int64{1 << 60}}, {"h", BOOL, []int64{1 << 60}}}, nil, `lay out tensor "h": the file would be too large`},
		{make([]Spec, MaxTensors+1), nil, "lay out checkpoint: 1000001 tensors, and at most 1000000 are allowed"},
		{nil, map[string]string{"a": "\xff"}, `lay out metadata "a": it is not valid UTF-8`},
		{nil, map[string]string{"\xff": ""}, `lay out metadata "\xff": it is not valid UTF-8`},
		{nil, map[string]string{"a": strings.Repeat("n", MaxHeader-24)}, "lay out checkpoint: its header would have 100000008 bytes, and at most 100000000 are allowed"},
		{nil, map[string]string{"a": strings.Repeat("n", MaxHeader-25)}, ""},
	} {
		_, err := NewLayout(c.specs, c.meta)
		if (err != nil) != (c.want != "") || err != nil && err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// full fails when it has taken n bytes.
type full struct{ n int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.n {
		n := f.n
		f.n = 0
		return n, errDisk
	}
	f.n -= len(p)
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	l, err := NewLayout([]Spec{{"a", U16, []int64{2}}, {"b", U8, []int64{3}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	give := func(a, b io.Reader) func(int) (io.Reader, error) {
		return func(i int) (io.Reader, error) { return []io.Reader{a, b}[i], nil }
	}
	text := func(s string) io.Reader { return strings.NewReader(s) }
	late := io.MultiReader(text("abcd"), readerFunc(func([]byte) (int, error) { return 0, errDisk }))
	for _, c := range []struct {
		w    io.Writer
		data func(int) (io.Reader, error)
		want string
	}{
		{io.Discard, give(text("abcd"), text("abc")), ""},
		{io.Discard, give(text("abc"), text("abc")), `write tensor "a": its data end after 3 of 4 bytes`},
		{io.Discard, give(text("abcd"), text("")), `write tensor "b": its data end after 0 of 3 bytes`},
		{io.Discard, give(text("abcde"), text("abc")), `write tensor "a": its data go on after the last byte`},
		{io.Discard, give(late, text("abc")), `write tensor "a": disk on fire`},
		{io.Discard, func(int) (io.Reader, error) { return nil, errDisk }, `write tensor "a": disk on fire`},
		{&full{10}, give(text("abcd"), text("abc")), `write header: disk on fire`},
		{&full{len(l.Header) + 2}, give(text("abcd"), text("abc")), `write tensor "a": disk on fire`},
		{&full{len(l.Header) + 7}, give(text("abcd"), text("abc")), ""},
	} {
		err := Write(c.w, l, c.data)
		if (err != nil) != (c.want != "") || err != nil && err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		if strings.Contains(c.want, "fire") && !errors.Is(err, errDisk) {
			t.Errorf("%v does not wrap its cause", err)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestCompleteLayouts: whole checkpoints have as many numbers as the original
// implementations' models, and a pruned fp16 SD 1.5 file the size of the
// published ones (DreamShaper 8, Realistic Vision 5.1), header and all.
func TestCompleteLayouts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	const ids = 77 * 8 // position_ids, the one tensor that is not fp16
	for arch, want := range map[Arch]int64{SD1: 2*1_066_235_307 + ids, SD2: 2 * 1_303_597_228, SDXL: 2*3_468_837_868 + ids} {
		specs := Complete(arch)
		rng.Shuffle(len(specs), func(i, j int) { specs[i], specs[j] = specs[j], specs[i] })
		l, err := NewLayout(specs, nil)
		if err != nil {
			t.Fatal(err)
		}
		if data := l.Size - int64(len(l.Header)); data != want {
			t.Errorf("%s: %d bytes of data, want %d", arch, data, want)
		}
		if arch == SD1 && l.Size != 2_132_625_894 {
			t.Errorf("SD 1.5: a file of %d bytes, the published ones have 2132625894", l.Size)
		}
		h, err := ReadHeader(bytes.NewReader(l.Header), l.Size)
		if err != nil || len(h.Tensors) != len(specs) {
			t.Errorf("%s: read again: %v", arch, err)
		}
	}
}
