package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"cosmo/engine/digest"
)

// plainSums is MarshalSums by its description: a map of lines, sorted.
func plainSums(list []TensorSum) string {
	control := regexp.MustCompile(`[\x00-\x1f\x7f]`)
	lines := map[string]string{}
	for _, s := range list {
		name := control.ReplaceAllStringFunc(strings.ReplaceAll(s.Name, `\`, `\\`), func(c string) string { return fmt.Sprintf(`\x%02x`, c) })
		shape := "scalar"
		if len(s.Shape) > 0 {
			shape = strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Shape), "[]"), " ", "x")
		}
		lines[s.Name] = fmt.Sprintf("%s\t%v\t%s\t%x\n", name, s.DType, shape, [32]byte(s.Sum))
	}
	text := "cosmo tensors 1\n"
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		text += lines[name]
	}
	return text
}

func genSums(t *rapid.T) []TensorSum {
	var list []TensorSum
	for _, s := range genSpecs(t) {
		seed := rapid.Uint64().Draw(t, "sum")
		list = append(list, TensorSum{Spec: s, Sum: digest.Of(fmt.Append(nil, seed))})
	}
	return list
}

// TestSums: the text is what its description says, comes back as it was, and
// its hash is the root, in whatever order the tensors come.
func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := genSums(t)
		text := MarshalSums(list)
		if want := plainSums(list); string(text) != want {
			t.Fatalf("got %q, want %q", text, want)
		}
		back, err := UnmarshalSums(text)
		if err != nil {
			t.Fatal(err)
		}
		byName := cmpopts.SortSlices(func(a, b TensorSum) bool { return a.Name < b.Name })
		if d := cmp.Diff(list, back, cmpopts.EquateEmpty(), byName); d != "" {
			t.Fatal(d)
		}
		other := rapid.Permutation(list).Draw(t, "order")
		if Root(other) != digest.Sum(sha256.Sum256([]byte(plainSums(list)))) {
			t.Fatal("the root is not the hash of the text")
		}
	})
}

// TestSumsTell: two lists have one text only if they are the same list: any
// change of a name, type, shape or sum shows in the root.
func TestSumsTell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genSums(t), genSums(t)
		byName := cmpopts.SortSlices(func(a, b TensorSum) bool { return a.Name < b.Name })
		if same := cmp.Equal(a, b, cmpopts.EquateEmpty(), byName); same != (Root(a) == Root(b)) {
			t.Fatalf("same %v, and roots %v and %v", same, Root(a), Root(b))
		}
		if len(a) == 0 {
			return
		}
		c := slices.Clone(a)
		s := &c[rapid.IntRange(0, len(c)-1).Draw(t, "which")]
		switch rapid.IntRange(0, 4).Draw(t, "change") {
		case 0:
			s.Sum[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		case 1:
			s.DType = s.DType%U64 + 1
		case 2:
			s.Shape = append(slices.Clone(s.Shape), 1)
		case 3:
			s.Name += "x"
		case 4:
			c = slices.Delete(c, 0, 1)
		}
		if Root(a) == Root(c) {
			t.Fatalf("one root for %q and %q", MarshalSums(a), MarshalSums(c))
		}
	})
}

// TestSumsGolden holds the text, and so every root there is, where it is.
func TestSumsGolden(t *testing.T) {
	list := []TensorSum{
		{Spec{"b", F16, []int64{320, 4, 3, 3}}, digest.Of([]byte("b"))},
		{Spec{"é\t\\\x7f\n", I64, nil}, digest.Of(nil)},
		{Spec{"", F8_E4M3FNUZ, []int64{0}}, digest.Of(nil)},
		{Spec{"B", BF16, []int64{1, 77}}, digest.Of([]byte("B"))},
	}
	want := "cosmo tensors 1\n" +
		"\tF8_E4M3FNUZ\t0\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n" +
		"B\tBF16\t1x77\tdf7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c\n" +
		"b\tF16\t320x4x3x3\t3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d\n" +
		"é\\x09\\\\\\x7f\\x0a\tI64\tscalar\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	if got := string(MarshalSums(list)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Root(nil); got != digest.Of([]byte("cosmo tensors 1\n")) {
		t.Errorf("the root of nothing is %v", got)
	}
}

// TestRootOfFiles: files with the same tensors have one root, whatever their
// metadata, the order of their entries and data, and their padding.
func TestRootOfFiles(t *testing.T) {
	root := func(b []byte) digest.Sum {
		h := read(t, b)
		var list []TensorSum
		for _, x := range h.Tensors {
			list = append(list, TensorSum{x.Spec(), digest.Of(b[x.Offset : x.Offset+x.Bytes])})
		}
		return Root(list)
	}
	a := file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}`, "xyz")
	for _, b := range [][]byte{
		file(`{"b":{"shape":[],"data_offsets":[0,2],"dtype":"F16"},"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, "yzx"),
		file(`   {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}, "\u0062":{"dtype":"F16","shape":[],"data_offsets":[1,3],"x":0}}       `, "xyz"),
	} {
		if root(a) != root(b) {
			t.Errorf("%q has another root than %q", b, a)
		}
	}
	for _, b := range [][]byte{
		file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}`, "xyy"),
		file(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}`, "xyz"),
		file(`{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}`, "xyz"),
		file(`{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"F16","shape":[],"data_offsets":[1,3]}}`, "xyz"),
	} {
		if root(a) == root(b) {
			t.Errorf("%q has the root of %q", b, a)
		}
	}
}

func TestUnmarshalSumsErrors(t *testing.T) {
	const title, sum = "cosmo tensors 1\n", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	row := func(name, dtype, shape string) string { return name + "\t" + dtype + "\t" + shape + "\t" + sum + "\n" }
	for _, c := range []struct{ text, want string }{
		{title, ""},
		{title + row("a", "U8", "1") + row("b", "U8", "2x3"), ""},
		{"", `read tensor sums: the first line is not "cosmo tensors 1"`},
		{"cosmo tensors 1", `read tensor sums: the first line is not "cosmo tensors 1"`},
		{"cosmo tensors 2\n", `read tensor sums: the first line is not "cosmo tensors 1"`},
		{"cosmo tensors 1\r\n", `read tensor sums: the first line is not "cosmo tensors 1"`},
		{title + "\n", `read tensor sums: line 2: it has not the four fields name, dtype, shape and sum`},
		{title + "a\tU8\t1\t" + sum[1:] + "\n", `read tensor sums: line 2: "` + sum[1:] + `" is not 64 lower-case hexadecimal digits`},
		{title + strings.TrimSuffix(row("a", "U8", "1"), "\n"), `read tensor sums: line 2 has no end`},
		{title + "a\tU8\t1\n", `read tensor sums: line 2: it has not the four fields name, dtype, shape and sum`},
		{title + "a\tU8\t1\t" + sum + "\t\n", `read tensor sums: line 2: it has not the four fields name, dtype, shape and sum`},
		{title + times(1_000_000, "\t") + "\n", `read tensor sums: line 2: it has not the four fields name, dtype, shape and sum`},
		{title + row("b", "U8", "1") + row("a", "U8", "1"), `read tensor sums: line 3: its name does not follow the one before`},
		{title + row("a", "U8", "1") + row("a", "U8", "1"), `read tensor sums: line 3: its name does not follow the one before`},
		{title + row(`a\`, "U8", "1"), `read tensor sums: line 2: bad escape in a name`},
		{title + row(`a\n`, "U8", "1"), `read tensor sums: line 2: bad escape in a name`},
		{title + row(`a\x0`, "U8", "1"), `read tensor sums: line 2: bad escape in a name`},
		{title + row(`a\x+1`, "U8", "1"), `read tensor sums: line 2: bad escape in a name`},
		{title + row(`a\x0A`, "U8", "1"), `read tensor sums: line 2: the name "a\\x0A" is not written canonically`},
		{title + row(`\x61`, "U8", "1"), `read tensor sums: line 2: the name "\\x61" is not written canonically`},
		{title + row(`\xff`, "U8", "1"), `read tensor sums: line 2: the name "\\xff" is not written canonically`},
		{title + row("\x01", "U8", "1"), `read tensor sums: line 2: the name "\x01" is not written canonically`},
		{title + row("\xff", "U8", "1"), `read tensor sums: line 2: the name "\xff" is not written canonically`},
		{title + row("__metadata__", "U8", "1"), `read tensor sums: line 2: the name means the file's metadata`},
		{title + row("a", "u8", "1"), `read tensor sums: line 2: unknown dtype "u8"`},
		{title + row("a", "U8", ""), `read tensor sums: line 2: "" is not a shape`},
		{title + row("a", "U8", "x1"), `read tensor sums: line 2: "x1" is not a shape`},
		{title + row("a", "U8", "01"), `read tensor sums: line 2: the shape "01" is not written canonically`},
		{title + row("a", "U8", "+1"), `read tensor sums: line 2: the shape "+1" is not written canonically`},
		{title + row("a", "U8", "-1"), `read tensor sums: line 2: a dimension of its shape [-1] is negative`},
		{title + row("a", "U8", "9223372036854775808"), `read tensor sums: line 2: "9223372036854775808" is not a shape`},
		{title + row("a", "U8", "1"+times(32, "x1")), `read tensor sums: line 2: "1` + times(32, "x1") + `" is not a shape`},
		{title + row("a", "U8", "4294967296x4294967296"), `read tensor sums: line 2: its shape [4294967296, 4294967296] has more elements than can be counted`},
		{title + row("a", "F4", "1"), `read tensor sums: line 2: F4 of shape [1] takes 4 bits, which is no whole number of bytes`},
		{title + "a\tU8\t1\t" + strings.ToUpper(sum) + "\n", `read tensor sums: line 2: "` + strings.ToUpper(sum) + `" is not 64 lower-case hexadecimal digits`},
		{title + "a\tU8\t1\tsha256:" + sum + "\n", `read tensor sums: line 2: "sha256:` + sum + `" is not 64 lower-case hexadecimal digits`},
	} {
		_, err := UnmarshalSums([]byte(c.text))
		if (err != nil) != (c.want != "") || err != nil && err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if got := allocated(func() { _, _ = UnmarshalSums([]byte(title + times(1_000_000, "\t") + "\n")) }); got > 8_000_000 {
		t.Errorf("a line of a million tabs takes %d bytes", got)
	}
}

// plainUnmarshal says whether a text is a list of sums, with regular
// expressions and big integers.
func plainUnmarshal(text string) bool {
	rows, ok := strings.CutPrefix(text, "cosmo tensors 1\n")
	if !ok || rows != "" && !strings.HasSuffix(rows, "\n") || strings.ToValidUTF8(rows, "") != rows {
		return false
	}
	last, first := "", true
	for row := range strings.Lines(rows) {
		m := sumRow.FindStringSubmatch(row)
		if m == nil {
			return false
		}
		name := sumEscape.ReplaceAllStringFunc(m[1], func(e string) string {
			var c byte = '\\'
			if e != `\\` {
				fmt.Sscanf(e, `\x%x`, &c)
			}
			return string([]byte{c})
		})
		if name == "__metadata__" || len(name) > MaxName || !first && name <= last {
			return false
		}
		last, first = name, false
		d, err := ParseDType(m[2])
		if err != nil || d.String() != m[2] {
			return false
		}
		count, limit := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 64)
		for _, f := range strings.Split(strings.ReplaceAll(m[3], "scalar", "1"), "x") {
			n, _ := new(big.Int).SetString(f, 10)
			if count.Mul(count, n); !n.IsInt64() || count.Cmp(limit) >= 0 {
				return false
			}
		}
		if count.Mul(count, big.NewInt(int64(d.Bits()))); count.Cmp(limit) >= 0 || count.Uint64()%8 != 0 {
			return false
		}
	}
	return true
}

var (
	sumRow    = regexp.MustCompile(`^((?:[^\\\x00-\x1f\x7f]|\\\\|\\x0[0-9a-f]|\\x1[0-9a-f]|\\x7f)*)\t([A-Z0-9_]+)\t(scalar|(?:0|[1-9][0-9]*)(?:x(?:0|[1-9][0-9]*)){0,31})\t[0-9a-f]{64}\n$`)
	sumEscape = regexp.MustCompile(`\\\\|\\x..`)
)

func FuzzSums(f *testing.F) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 4 {
		var list []TensorSum
		for i := range n {
			list = append(list, TensorSum{Spec{string(rune('a' + i)), DType(1 + rng.IntN(int(U64))), []int64{int64(i), 4}}, digest.Of([]byte{byte(i)})})
		}
		f.Add(MarshalSums(list))
	}
	f.Add([]byte("cosmo tensors 1\n\\x09\\\\\tF4\t18446744073709551615x0x2\t" + times(64, "0") + "\né\tU8\tscalar\t" + times(64, "f") + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := UnmarshalSums(text)
		if want := plainUnmarshal(string(text)); want != (err == nil) {
			t.Fatalf("%q: %v, and the reference accepts it: %v", text, err, want)
		}
		if err == nil && !bytes.Equal(MarshalSums(list), text) {
			t.Fatalf("%q comes back as %q", text, MarshalSums(list))
		}
	})
}
