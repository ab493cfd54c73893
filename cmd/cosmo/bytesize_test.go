package main

import "testing"

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "4096": 4096, "20GB": 20_000_000_000, "20GiB": 20 << 30, "20 gb": 20_000_000_000, "1.5TiB": 3 << 39,
		"0.1k": 100, "200M": 200_000_000, "7B": 7, "9.2EB": 9_200_000_000_000_000_000, "1.9999999999B": 1,
	} {
		var n byteSize
		if err := n.Set(text); err != nil || int64(n) != want {
			t.Errorf("%q: got %d, %v, want %d", text, n, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1", "-1GB", "1e9", "20XB", "20iB", "10EB", "1,5GB", "0x10", ".5G", "99999999999999999999"} {
		n := byteSize(7)
		if err := n.Set(text); err == nil || n != 7 {
			t.Errorf("%q is accepted as %d", text, n)
		}
	}
}
