package digest

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"testing"

	"pgregory.net/rapid"
)

func TestUpdateEqualsWrite(t *testing.T) {
	data := fill(make([]byte, 1<<18), 5)
	each(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			streams := make([]Stream, rapid.SampledFrom([]int{1, 2, 3, 4, 5, 8, 10, 16, 17, 24, 40}).Draw(t, "streams"))
			oracles := make([]hash.Hash, len(streams))
			for i := range oracles {
				oracles[i] = sha256.New()
			}
			piece := func() []byte {
				n := rapid.SampledFrom([]int{0, 1, 64, 640, minBlocks * blockSize, 10_000, quantum * blockSize, 100_000}).Draw(t, "about")
				n += rapid.IntRange(0, 2*blockSize).Draw(t, "more")
				at := rapid.IntRange(0, len(data)-n).Draw(t, "at")
				return data[at : at+n]
			}
			for range rapid.IntRange(1, 3).Draw(t, "rounds") {
				i := rapid.IntRange(0, len(streams)-1).Draw(t, "written")
				p := piece()
				streams[i].Write(p)
				oracles[i].Write(p)
				var jobs []Job
				for i := range streams {
					if rapid.IntRange(0, 3).Draw(t, "in") > 0 {
						p := piece()
						jobs = append(jobs, Job{&streams[i], p})
						oracles[i].Write(p)
					}
				}
				Update(jobs)
			}
			for i := range streams {
				if got := streams[i].Sum(); string(got[:]) != string(oracles[i].Sum(nil)) {
					t.Fatalf("stream %d of %d: wrong digest", i, len(streams))
				}
			}
		})
	})
}

func TestUpdateRefusesOneStreamTwice(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	var s Stream
	Update([]Job{{&s, nil}, {&s, nil}})
}

func TestUse(t *testing.T) {
	defer Use(auto)
	if err := Use("abacus"); err == nil {
		t.Error("an unknown implementation was accepted")
	}
	for _, name := range append(Implementations(), auto) {
		if err := Use(name); err != nil {
			t.Error(err)
		}
	}
}

// fake is a kernel that counts its steps and runs anywhere.
func fake(name string, lanes, cost int, steps *int) kernel {
	return kernel{name: name, lanes: lanes, cost: cost, run: func(state *laneState, data *laneData, blocks int) {
		*steps += blocks
		reference(lanes, state, data, blocks)
	}}
}

func TestPick(t *testing.T) {
	// The narrow one pays from 2.5 streams, the wide one from 4 × 3.2/2.5 = 5.12.
	m := &method{single: 10, kernels: []kernel{fake("narrow", 4, 25, nil), fake("wide", 16, 32, nil)}}
	for n, want := range map[int]string{1: "", 2: "", 3: "narrow", 4: "narrow", 5: "narrow", 6: "wide", 16: "wide", 40: "wide"} {
		got := ""
		if k := m.pick(n); k != nil {
			got = k.name
		}
		if got != want {
			t.Errorf("%d streams: %q, want %q", n, got, want)
		}
	}
}

// TestLanesStayInUse counts the steps in which given job sets are done by a
// kernel of eight lanes, against the least that is possible: all blocks by
// eight, or the longest stream.
func TestLanesStayInUse(t *testing.T) {
	for _, c := range []struct {
		name   string
		blocks []int
	}{
		{"as many as lanes", []int{4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096}},
		{"some more than lanes", []int{4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096}},
		{"one long", []int{100, 100, 8192, 100, 100, 100, 100, 100, 100, 100, 100}},
		{"stairs", []int{1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500, 7000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			steps, total, longest := 0, 0, 0
			m := &method{kernels: []kernel{fake("fake", 8, 1, &steps)}, always: true}
			var jobs []Job
			for i, n := range c.blocks {
				jobs = append(jobs, Job{new(Stream), fill(make([]byte, n*blockSize+i), uint64(i))})
				total, longest = total+n, max(longest, n)
			}
			m.update(jobs)
			for i, j := range jobs {
				if j.Stream.Sum() != sha256.Sum256(j.Data) {
					t.Errorf("stream %d: wrong digest", i)
				}
			}
			if least := max((total+7)/8, longest); steps > least+quantum {
				t.Errorf("%d steps, possible are %d", steps, least)
			}
		})
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{1, 2, 4, 8, 10, 16, 20} {
		for _, name := range append(Implementations(), auto) {
			b.Run(fmt.Sprintf("%dx256KiB/%s", n, name), func(b *testing.B) {
				Use(name)
				defer Use(auto)
				jobs, streams := make([]Job, n), make([]Stream, n)
				for i := range jobs {
					jobs[i] = Job{&streams[i], fill(make([]byte, 1<<18), uint64(i))}
				}
				b.SetBytes(int64(n) << 18)
				b.ReportAllocs()
				for b.Loop() {
					Update(jobs)
				}
			})
		}
	}
}

// BenchmarkPour is the shape of a pour: tensors of ten files in pieces, each
// with its whole file's stream, and some biases.
func BenchmarkPour(b *testing.B) {
	for _, name := range append(Implementations(), auto) {
		b.Run(name, func(b *testing.B) {
			Use(name)
			defer Use(auto)
			var jobs []Job
			total := 0
			for i := range 10 {
				for _, n := range []int{1 << 20, 1 << 20, 640} {
					jobs = append(jobs, Job{new(Stream), fill(make([]byte, n), uint64(i))})
					total += n
				}
			}
			b.SetBytes(int64(total))
			for b.Loop() {
				Update(jobs)
			}
		})
	}
}
