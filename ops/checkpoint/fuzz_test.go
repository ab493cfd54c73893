package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// plainHeader reads a file as the format says, with encoding/json. It shares
// with ReadHeader the names of types and the limits, and nothing else.
type plainHeader struct {
	d        *json.Decoder
	metadata map[string]string
	tensors  map[string]string // dtype, shape, offset and end
	ranges   [][2]int64
}

// refuse is how the plain reader gives up.
type refuse string

func must(ok bool, why string) {
	if !ok {
		panic(refuse(why))
	}
}

func readPlain(b []byte) (p *plainHeader, why string) {
	defer func() {
		if r, ok := recover().(refuse); ok {
			p, why = nil, string(r)
		}
	}()
	must(len(b) >= 8, "short")
	n := binary.LittleEndian.Uint64(b)
	must(n <= MaxHeader && n <= uint64(len(b)-8), "length")
	text := b[8 : 8+n]
	must(utf8.Valid(text) && json.Valid(text), "JSON")
	p = &plainHeader{d: json.NewDecoder(bytes.NewReader(text)), tensors: map[string]string{}}
	p.d.UseNumber()
	seenMeta := false
	p.object(func(key string) {
		if key != "__metadata__" {
			p.tensor(key)
			return
		}
		must(!seenMeta, "two metadata")
		seenMeta = true
		t := p.next()
		if t == nil {
			return
		}
		must(t == json.Delim('{'), "metadata")
		p.metadata = map[string]string{}
		p.members(func(key string) {
			v, ok := p.next().(string)
			_, had := p.metadata[key]
			must(ok && !had, "metadata value")
			p.metadata[key] = v
		})
	})
	slices.SortFunc(p.ranges, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	at := int64(0)
	for _, r := range p.ranges {
		must(r[0] == at && r[1] >= at, "offsets")
		at = r[1]
	}
	must(at == int64(len(b))-8-int64(n), "end")
	return p, ""
}

func (p *plainHeader) next() json.Token {
	t, err := p.d.Token()
	must(err == nil, "token")
	return t
}

func (p *plainHeader) object(member func(key string)) {
	must(p.next() == json.Delim('{'), "object")
	p.members(member)
}

func (p *plainHeader) members(member func(key string)) {
	for p.d.More() {
		member(p.next().(string))
	}
	p.next()
}

func (p *plainHeader) numbers() (list []int64) {
	must(p.next() == json.Delim('['), "list")
	for p.d.More() {
		n, ok := p.next().(json.Number)
		must(ok && whole.MatchString(string(n)), "number")
		v, err := strconv.ParseInt(string(n), 10, 64)
		must(err == nil, "number")
		list = append(list, v)
	}
	p.next()
	return list
}

var whole = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

func (p *plainHeader) tensor(name string) {
	var dtype string
	var shape, offsets []int64
	seen := map[string]bool{}
	p.object(func(field string) {
		known := field == "dtype" || field == "shape" || field == "data_offsets"
		must(!known || !seen[field], "two fields")
		seen[field] = true
		switch field {
		case "dtype":
			var ok bool
			dtype, ok = p.next().(string)
			must(ok, "dtype")
		case "shape":
			shape = p.numbers()
		case "data_offsets":
			offsets = p.numbers()
		default:
			p.skip(2)
		}
	})
	d, err := ParseDType(dtype)
	must(err == nil && d.String() == dtype && seen["shape"] && len(shape) <= MaxRank && len(offsets) == 2 && len(name) <= MaxName, "entry")
	bits, limit := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 64)
	for _, n := range shape {
		must(bits.Mul(bits, big.NewInt(n)).Cmp(limit) < 0, "overflow")
	}
	must(bits.Mul(bits, big.NewInt(int64(d.Bits()))).Cmp(limit) < 0, "overflow")
	must(bits.Cmp(big.NewInt(0).Mul(big.NewInt(8), big.NewInt(offsets[1]-offsets[0]))) == 0, "size")
	must(p.tensors[name] == "", "two tensors")
	p.tensors[name] = fmt.Sprint(d, shape, offsets)
	p.ranges = append(p.ranges, [2]int64(offsets))
}

// skip reads any value inside depth others.
func (p *plainHeader) skip(depth int) {
	switch t := p.next().(type) {
	case json.Delim:
		must(depth < 127, "depth")
		for p.d.More() {
			if t == '{' {
				p.next()
			}
			p.skip(depth + 1)
		}
		p.next()
	case json.Number:
		_, err := t.Float64()
		must(err == nil, "range")
	}
}

// surrogate finds escapes that encoding/json mends where they are halves.
var surrogate = regexp.MustCompile(`(?i)\\ud[89a-f]`)

// FuzzFile holds ReadHeader to the plain reader: the same files are accepted,
// and the same is read in them.
func FuzzFile(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(compare)
}

// FuzzHeader does so with files whose frame is right: what is drawn is the text
// of a header and how many bytes follow.
func FuzzHeader(f *testing.F) {
	for _, b := range seeds(f) {
		if len(b) < 8 {
			continue
		}
		if n := binary.LittleEndian.Uint64(b); n <= uint64(len(b)-8) {
			f.Add(string(b[8:8+n]), uint16(uint64(len(b)-8)-n))
		}
	}
	f.Fuzz(func(t *testing.T, text string, data uint16) { compare(t, file(text, times(int(data), "x"))) })
}

// seeds is the small ones of the hostile files, and the reference's.
func seeds(f *testing.F) (list [][]byte) {
	for _, c := range hostile {
		if len(c.file) < 4096 {
			list = append(list, c.file)
		}
	}
	files, err := filepath.Glob("testdata/reference/*.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

func compare(t *testing.T, b []byte) {
	h, err := ReadHeader(bytes.NewReader(b), int64(len(b)))
	if err == nil {
		checkFrame(t, "fuzzed", h)
		if err := rewrite(h, b); err != nil {
			t.Fatal(err)
		}
	}
	if surrogate.Match(b) {
		return
	}
	p, why := readPlain(b)
	if (err == nil) != (p != nil) {
		t.Fatalf("%q: %v; the plain reader says %q", b, err, why)
	}
	if err != nil {
		return
	}
	got := map[string]string{}
	for _, x := range h.Tensors {
		from := x.Offset - h.DataStart
		got[x.Name] = fmt.Sprint(x.DType, x.Shape, []int64{from, from + x.Bytes})
	}
	if !maps.Equal(got, p.tensors) || !maps.Equal(h.Metadata, p.metadata) {
		t.Fatalf("%q: read %q and %q, the plain reader %q and %q", b, got, h.Metadata, p.tensors, p.metadata)
	}
}

// rewrite lays out what was read and reads it again: nothing may be lost.
func rewrite(h *Header, b []byte) error {
	var specs []Spec
	for i := range h.Tensors {
		specs = append(specs, h.Tensors[i].Spec())
	}
	l, err := NewLayout(specs, h.Metadata)
	if err != nil {
		return fmt.Errorf("%q can be read and not written: %w", b, err)
	}
	start := append(slices.Clone(l.Header), make([]byte, min(l.Size-int64(len(l.Header)), sniffLength))...)
	again, err := ReadHeader(bytes.NewReader(start), l.Size)
	if err != nil {
		return fmt.Errorf("%q is written as %q, which cannot be read: %w", b, l.Header, err)
	}
	for i := range again.Tensors {
		x, y := &again.Tensors[i], h.Lookup(again.Tensors[i].Name)
		if y == nil || x.DType != y.DType || !slices.Equal(x.Shape, y.Shape) {
			return fmt.Errorf("%q is written as %q", b, l.Header)
		}
	}
	if !maps.Equal(again.Metadata, h.Metadata) || len(again.Tensors) != len(h.Tensors) || strings.ContainsRune(string(l.Header[8:]), 0) {
		return fmt.Errorf("%q is written as %q", b, l.Header)
	}
	return nil
}

// TestNearMisses compares many files that are right, or nearly so: tensors side
// by side, with now and then a field, a number or a letter that is off.
func TestNearMisses(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	seldom := func(usual string, odd ...string) string {
		if rng.IntN(40) == 0 {
			return pick(odd...)
		}
		return usual
	}
	numbers := []string{"0", "1", "-1", "01", "1.0", "1e0", "9223372036854775807", "9223372036854775808", "18446744073709551615", `"1"`, "null", "[]", "4294967296"}
	accepted := 0
	for range 30_000 {
		var entries []string
		at := 0
		for i := range rng.IntN(4) {
			d := DType(1 + rng.IntN(int(U64)))
			var shape []string
			count := 1
			for range rng.IntN(4) {
				n := rng.IntN(5)
				count *= n
				shape = append(shape, seldom(fmt.Sprint(n), numbers...))
			}
			end := at + count*d.Bits()/8
			from, to := seldom(fmt.Sprint(at), append(numbers, fmt.Sprint(at+1), fmt.Sprint(max(at-1, 0)))...), seldom(fmt.Sprint(end), append(numbers, fmt.Sprint(end+1))...)
			at = end
			fields := []string{
				`"dtype":` + seldom(`"`+d.String()+`"`, `"F17"`, `""`, `"f16"`, `16`, `{}`),
				`"shape":[` + strings.Join(shape, ",") + "]",
				`"data_offsets":[` + from + "," + to + seldom("", ",0") + "]",
			}
			if rng.IntN(40) == 0 {
				fields = append(fields, pick(`"x":{"y":[1,2,{}]}`, `"dtype":"F16"`, `"shape":[]`, `"data_offsets":[0,0]`, `"":1e400`, `"x":tru`))
			}
			rng.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
			if rng.IntN(60) == 0 {
				fields = fields[1:]
			}
			name := seldom(string(rune('a'+i)), "a", "", `\n`, `\u0061`, "é", `__metadata__`, `\x`)
			entries = append(entries, `"`+name+`":`+seldom("{"+strings.Join(fields, ",")+"}", "null", "[]", "{}"))
		}
		if rng.IntN(3) == 0 {
			entries = append(entries, `"__metadata__":`+seldom(`{"format":"pt"}`, "null", "{}", `{"a":1}`, `{"a":"b","a":"c"}`, "[]", `{"a":"\ud83d\ude00"}`))
		}
		rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		text := seldom("", " ", "\n", "\x00", "\ufeff") + "{" + strings.Join(entries, seldom(",", ",,", ";", " ")) + seldom("}", "}}", ",}", "", "}  ", "} x")
		if rng.IntN(30) == 0 && len(text) > 0 { // a letter that is off
			i := rng.IntN(len(text))
			text = text[:i] + pick("", `"`, "\xff", "\x01", "0", "{") + text[i+1:]
		}
		b := file(text, times(at, "x")+seldom("", "y"))
		compare(t, b)
		if _, err := ReadHeader(bytes.NewReader(b), int64(len(b))); err == nil {
			accepted++
		}
	}
	if accepted < 5_000 || accepted > 25_000 {
		t.Errorf("%d of 30000 files are right: one side is hardly tested", accepted)
	}
}
