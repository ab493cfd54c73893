package digest

import (
	"crypto/sha256"
	"os"
	"syscall"
	"testing"
)

// TestNoReadBeyondData puts the data of every job directly before a page that
// cannot be read, and directly behind one.
func TestNoReadBeyondData(t *testing.T) {
	page := os.Getpagesize()
	const pages = 4
	guarded := func() []byte {
		m, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Munmap(m) })
		for _, at := range []int{0, (pages + 1) * page} {
			if err := syscall.Mprotect(m[at:at+page], syscall.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		return fill(m[page:(pages+1)*page], 6)
	}
	var data [][]byte
	for range 20 {
		data = append(data, guarded())
	}
	each(t, func(t *testing.T) {
		for _, cut := range []int{0, 1, 63, 64, 65, 129} {
			var last, first []Job
			for _, d := range data {
				last = append(last, Job{new(Stream), d[cut:]})
				first = append(first, Job{new(Stream), d[:len(d)-cut]})
			}
			Update(last)
			Update(first)
			for _, j := range append(last, first...) {
				if j.Stream.Sum() != sha256.Sum256(j.Data) {
					t.Errorf("cut by %d: wrong digest", cut)
				}
			}
		}
	})
}
