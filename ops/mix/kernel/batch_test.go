package kernel

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBatch: mixes of all paths and formats at once, in parts of any lengths and
// in any order, with every implementation, give what each gives by itself in
// plain Go without whole.go, and nothing else is written.
func TestBatch(t *testing.T) {
	defer Use(Implementations()[0])
	rng := rand.New(rand.NewPCG(10, 8))
	all := quotas(t)
	rounds := 60
	if *long {
		rounds = 3000
	}
	paths := map[string]int{}
	for round := range rounds {
		n := rng.IntN(3 * blockWhole)
		formats := make([]Format, 1+rng.IntN(10))
		for i := range formats {
			formats[i] = F16
			if rng.IntN(3) == 0 {
				formats[i] = Format(rng.IntN(int(numFormats)))
			}
		}
		kind := []int{-1, 5, 11, 10, 2, 7}[round%6] // 11 and 7: calm blocks
		inputs := sources(rng, formats, n+rng.IntN(50), kind)
		if len(inputs[0]) > 0 && round%4 == 1 { // a block that is left to others
			i := rng.IntN(len(inputs[0]) / formats[0].Size())
			formats[0].store(inputs[0], i, layouts[formats[0]].inf)
		}
		var mixes []*Mix
		var reads [][]int
		for range 1 + rng.IntN(12) {
			coef := all[rng.IntN(len(all))]
			if rng.IntN(2) == 0 {
				coef = rats(t, pour[rng.IntN(len(pour))].quota)
			}
			read, in := make([]int, len(coef)), make([]Format, len(coef))
			for j := range read { // an input may be read twice
				read[j] = rng.IntN(len(formats))
				in[j] = formats[read[j]]
			}
			out := F16
			if rng.IntN(4) == 0 {
				out = Format(rng.IntN(int(numFormats)))
			}
			m, err := Compile(coef, in, out)
			if err != nil {
				t.Fatal(err)
			}
			paths[m.Path()]++
			mixes, reads = append(mixes, m), append(reads, read)
		}
		want, wantStats := make([][]byte, len(mixes)), make([]Stats, len(mixes))
		for i, m := range mixes {
			var srcs [][]byte
			for _, j := range reads[i] {
				srcs = append(srcs, inputs[j])
			}
			want[i] = make([]byte, n*m.out.Size())
			m.run(&portable, want[i], srcs, &wantStats[i])
		}
		mixes, reads = append(mixes, nil), append(reads, nil)
		batch := NewBatch(mixes, reads)
		mixes = mixes[:len(mixes)-1]
		for _, name := range Implementations() {
			Use(name)
			var parts []Part
			var got [][]byte
			for i, m := range mixes {
				size := m.out.Size()
				dst := bytes.Repeat([]byte{0xa5}, 7*size+len(want[i])+100)
				got = append(got, dst)
				dst = dst[7*size:]
				for from := 0; from < n; {
					cnt := min(n-from, rng.IntN(n+1))
					parts = append(parts, Part{Mix: i, From: from, Dst: dst[from*size : (from+cnt)*size]})
					from += cnt
				}
			}
			rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			stats := make([]Stats, len(mixes)+1)
			batch.Run(parts, inputs, stats)
			for i, m := range mixes {
				edge := bytes.Repeat([]byte{0xa5}, 100)
				size := m.out.Size()
				if g := got[i][7*size:][:len(want[i])]; !bytes.Equal(g, want[i]) || stats[i] != wantStats[i] {
					t.Fatalf("round %d, %s: mix %d, path %s, of %d elements differs; stats %+v, want %+v", round, name, i, m.Path(), n, stats[i], wantStats[i])
				}
				if !bytes.Equal(got[i][:7*size], edge[:7*size]) || !bytes.Equal(got[i][7*size+len(want[i]):], edge) {
					t.Fatalf("round %d, %s: mix %d wrote elsewhere", round, name, i)
				}
			}
		}
	}
	for _, path := range []string{"copy", "a", "b", "c"} {
		if paths[path] == 0 {
			t.Errorf("no mix took path %s", path)
		}
	}
}

// TestBatchPart: parts compute their elements, wherever they begin, and need no
// more of the inputs than that, whatever other parts need.
func TestBatchPart(t *testing.T) {
	eachImpl(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(6, 6))
		in := []Format{F16, F16}
		m, err := Compile(rats(t, "0.7 0.3"), in, F16)
		if err != nil {
			t.Fatal(err)
		}
		reads := [][]int{{1, 0}, {3, 2}}
		b := NewBatch([]*Mix{m, m}, reads)
		const most = 3000
		inputs := sources(rng, append(in, in...), most, 11)
		var want [2][]byte
		for i, r := range reads {
			want[i] = make([]byte, 2*most)
			m.run(&portable, want[i], [][]byte{inputs[r[0]], inputs[r[1]]}, new(Stats))
		}
		for range 300 {
			var parts []Part
			short := make([][]byte, 4)
			var end [2]int
			for i, r := range reads {
				from := rng.IntN(most)
				end[i] = from + rng.IntN(most-from)
				parts = append(parts, Part{Mix: i, From: from, Dst: make([]byte, 2*(end[i]-from))})
				for _, j := range r {
					short[j] = slices.Clip(inputs[j][:2*end[i]])
				}
			}
			b.Run(parts, short, make([]Stats, 2))
			for i, p := range parts {
				if !bytes.Equal(p.Dst, want[i][2*p.From:2*end[i]]) {
					t.Fatalf("mix %d: elements %d to %d differ", i, p.From, end[i])
				}
			}
		}
	})
}

// TestBatchPanics: shapes that cannot be are broken invariants of the caller.
func TestBatchPanics(t *testing.T) {
	m, err := Compile(rats(t, "0.5 0.5"), []Format{F16, F16}, F16)
	if err != nil {
		t.Fatal(err)
	}
	b := NewBatch([]*Mix{m}, [][]int{{0, 1}})
	for name, f := range map[string]func(){
		"no inputs": func() { NewBatch([]*Mix{m}, nil) },
		"one input": func() { NewBatch([]*Mix{m}, [][]int{{0}}) },
		"a short input": func() {
			b.Run([]Part{{From: 1, Dst: make([]byte, 8)}}, [][]byte{make([]byte, 10), make([]byte, 9)}, make([]Stats, 1))
		},
		"a missing input": func() { b.Run([]Part{{Dst: make([]byte, 8)}}, [][]byte{make([]byte, 10)}, make([]Stats, 1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic with", name)
				}
			}()
			f()
		}()
	}
}
