package checkpoint

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// allocated is how many bytes f asks for in all, given back or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// many joins n texts with commas.
func many(n int, text func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(text(i))
	}
	return b.String()
}

// TestMemory: whatever a header holds, reading it takes memory in proportion
// to its size. The densest are metadata of empty strings, where seven bytes of
// text make an entry of a map.
func TestMemory(t *testing.T) {
	const most = 24 // bytes asked for, all told, for each byte of the file
	entry := `{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`
	for _, c := range []struct {
		name string
		file []byte
		ok   bool
	}{
		{"tensors", file("{"+many(60_000, func(i int) string { return fmt.Sprintf(`"%x":%s`, i, entry) })+"}", ""), true},
		{"tensors backwards", file("{"+many(30_000, func(i int) string {
			return fmt.Sprintf(`"%x":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}`, i, 29_999-i, 30_000-i)
		})+"}", times(30_000, "x")), true},
		{"metadata", file(`{"__metadata__":{`+many(300_000, func(i int) string { return fmt.Sprintf(`"%x":""`, i) })+"}}", ""), true},
		{"sizes", file("{"+many(20_000, func(i int) string {
			return fmt.Sprintf(`"%x":{"dtype":"U8","shape":[0%s],"data_offsets":[0,0]}`, i, times(31, ",9"))
		})+"}", ""), true},
		{"sizes without end", sized("U8", "["+many(1_000_000, func(int) string { return "1" })+"]", 0), false},
		{"offsets without end", one(`"data_offsets":[` + many(1_000_000, func(int) string { return "1" }) + `]`), false},
		{"unknown fields", extra("[" + many(1_000_000, func(int) string { return "{}" }) + "]"), true},
		{"numbers", extra("[" + many(200_000, func(int) string { return "1e-3" }) + "]"), true},
		{"one number", extra(times(2_000_000, "9")), false},
		{"escapes", file(`{"__metadata__":{"":"`+times(300_000, `\u0041`)+`"}}`, ""), true},
		{"escaped names", extra("{" + many(200_000, func(int) string { return `"\n":0` }) + "}"), true},
		{"brackets", extra(times(2_000_000, "[")), false},
		{"a long name", file(`{"`+times(2_000_000, "n")+`":1}`, ""), false},
		{"a long name in an error", file(`{"__metadata__":{"`+times(2_000_000, "n")+`":1}}`, ""), false},
		{"a bad end", file("{"+many(60_000, func(i int) string { return fmt.Sprintf(`"%x":%s`, i, entry) })+",}", ""), false},
		{"a hole at the end", file("{"+many(60_000, func(i int) string { return fmt.Sprintf(`"%x":%s`, i, entry) })+`,"z":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}}`, ""), false},
	} {
		var err error
		got := allocated(func() { _, err = ReadHeader(bytes.NewReader(c.file), int64(len(c.file))) })
		if (err == nil) != c.ok {
			t.Errorf("%s: error %v", c.name, err)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: the message has %d bytes", c.name, len(err.Error()))
		}
		t.Logf("%-24s %8d bytes, %5.1f times that allocated", c.name, len(c.file), float64(got)/float64(len(c.file)))
		if got > most*uint64(len(c.file)) {
			t.Errorf("%s: %d bytes for a file of %d", c.name, got, len(c.file))
		}
	}
	for _, size := range []uint64{2, 1 << 20, MaxHeader, MaxHeader + 1, 1 << 62} {
		b := claims(size, "{")
		if got := allocated(func() { _, _ = ReadHeader(bytes.NewReader(b), int64(len(b))) }); got > 16<<10 {
			t.Errorf("a file that claims a header of %d bytes and has none takes %d", size, got)
		}
	}
}
