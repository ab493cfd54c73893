package graph

import (
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cosmo/engine/fsx"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
)

// TestMain makes property tests draw the same examples every time; -rapid.seed
// on the command line draws others. Failures leave no files behind.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.nofailfile": "true", "rapid.checks": "60"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	m.Run()
}

// TestStarts: gorgonia asks at start-up whether it knows this Go's memory, and
// panics unless a module is pinned that is newer than the one it asks for. An
// environment variable silences it, so it is taken away here.
func TestStarts(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "ASSUME_NO_MOVING_GC") })
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const (
	recipeHead = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" { source = "c.safetensors" }
model "d" { source = "d.safetensors" }
`
	profile = "0.86, 0.67, 0.44, 0.56, 0.94, 0.52, 0.37, 0.25, 0.14, 0.33, 0.6, 0.02, 0.79, 0.83, 0.1, 0.4, 0.75, 0.06, 0.21, 0.71, 0.9, 0.29, 0.48, 0.17, 0.63, 0.98"
)

// forms reads vodkas as a recipe has them, by label.
func forms(t rapid.TB, vodkas string) map[string]*lang.Form {
	t.Helper()
	r, diags := lang.LoadBytes(map[string][]byte{"bar.hcl": []byte(recipeHead + vodkas)}, ".", lang.Options{})
	if diags.HasErrors() {
		t.Fatalf("%v\nin\n%s", diags, vodkas)
	}
	all := map[string]*lang.Form{}
	for _, m := range r.Mixes {
		all[m.Address.Name()] = m.Form
	}
	return all
}

// drawRecipe writes a few vodkas, each of models and of those before it, some
// with a block profile.
func drawRecipe(t *rapid.T) string {
	var b strings.Builder
	names := []string{"model.a", "model.b", "model.c", "model.d"}
	number := rapid.Custom(func(t *rapid.T) string {
		n, d := rapid.IntRange(-40, 120).Draw(t, "n"), rapid.SampledFrom([]int{1, 2, 3, 7, 10, 100, 4096, 1_000_003}).Draw(t, "d")
		if n == 0 {
			n = 1
		}
		if rapid.IntRange(0, 5).Draw(t, "profile") == 0 {
			return fmt.Sprintf("%d / %d * by_block(%q)", n, d, profile)
		}
		return fmt.Sprintf("%d / %d", n, d)
	})
	for i := range rapid.IntRange(1, 5).Draw(t, "mixes") {
		var terms []string
		for range rapid.IntRange(1, 6).Draw(t, "terms") {
			terms = append(terms, fmt.Sprintf("(%s) * %s", number.Draw(t, "c"), rapid.SampledFrom(names).Draw(t, "x")))
		}
		// Distinct from what came before, and never nothing.
		fmt.Fprintf(&b, "vodka \"m%d\" {\n  mix = %s + %d * model.a + model.b / 1000003\n  any_mass = true\n}\n", i, strings.Join(terms, " + "), 1000+i)
		names = append(names, fmt.Sprintf("vodka.m%d", i))
	}
	return b.String()
}

// formats that files are poured in, with the precision of their numbers in bits
// and the exponent of their smallest one.
var formats = []struct {
	dtype     checkpoint.DType
	precision int
	smallest  int
}{{checkpoint.F64, 53, -1074}, {checkpoint.F32, 24, -149}, {checkpoint.BF16, 8, -133}, {checkpoint.F16, 11, -24}}

// TestOracle holds poured files against the graph's tape machine. With
// u = 2^-53, the machine's c·x has two roundings (of c, and of the product), and
// is then part of at most k−1 rounded sums: each term is off by a factor within
// (1±u)^(k+1), so the sum by at most (k+1)u/(1−(k+1)u)·Σ|c·x|. (Nothing
// underflows: the numbers are above 2^-40.) The file's value is the true one,
// rounded once: off by half a unit in the last place, 2^-p of it, or half of
// the smallest number.
func TestOracle(t *testing.T) {
	dir := t.TempDir()
	elements := 0
	rapid.Check(t, func(t *rapid.T) {
		all := forms(t, drawRecipe(t))
		block := rapid.SampledFrom(lang.Blocks(lang.SD1)).Draw(t, "block")
		length := rapid.IntRange(1, 70).Draw(t, "length")
		out := rapid.SampledFrom(formats).Draw(t, "format")
		value := rapid.Custom(func(t *rapid.T) float64 {
			// 24 bits, so that it can be stored as F32.
			return math.Ldexp(float64(rapid.Int32Range(-1<<24, 1<<24).Draw(t, "m")), rapid.IntRange(-40, -24).Draw(t, "e"))
		})
		values := map[string][]float64{}
		for _, leaf := range []string{"model.a", "model.b", "model.c", "model.d"} {
			values[leaf] = rapid.SliceOfN(value, length, length).Draw(t, leaf)
		}
		g, err := NewGraph(all, block, length)
		if err != nil {
			t.Fatal(err)
		}
		oracle, err := g.Run(values)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range all {
			got := pour(t, dir, f, block, values, out.dtype)
			for i := range got {
				terms, size := 0, 0.0
				for _, x := range f.Terms {
					if c, _ := x.Coef.At(block).Float64(); c != 0 {
						terms++
						size += math.Abs(c * values[string(x.Leaf)][i])
					}
				}
				const u = 0x1p-53
				k := float64(terms + 1)
				bound := k*u/(1-k*u)*size + max(math.Ldexp(math.Abs(got[i]), -out.precision), math.Ldexp(0.5, out.smallest))
				bound *= 1 + 0x1p-40 // the bound itself is rounded
				if want := oracle[name][i]; !(math.Abs(got[i]-want) <= bound) {
					t.Errorf("%s[%d] in %s is %g as %s, the graph has %g: off by %g, allowed are %g", name, i, block, got[i], out.dtype, want, got[i]-want, bound)
				}
				elements++
			}
		}
	})
	if elements < 2000 {
		t.Errorf("%d elements were compared", elements)
	}
}

// pour mixes vectors, stored as F32, into a file, and reads it.
func pour(t *rapid.T, dir string, f *lang.Form, block string, values map[string][]float64, d checkpoint.DType) []float64 {
	layout, err := checkpoint.NewLayout([]checkpoint.Spec{{Name: "x", DType: d, Shape: []int64{int64(len(values["model.a"]))}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pass := &mix.Pass{}
	var terms []mix.Term
	var in []kernel.Format
	var coef []*big.Rat
	for _, x := range f.Terms {
		c := x.Coef.At(block)
		if c.Sign() == 0 {
			continue
		}
		var b []byte
		for _, v := range values[string(x.Leaf)] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		}
		pass.Inputs = append(pass.Inputs, mix.Input{Name: string(x.Leaf), R: bytes.NewReader(b)})
		terms = append(terms, mix.Term{Input: len(terms), ElemSize: 4})
		in, coef = append(in, kernel.F32), append(coef, c)
	}
	to, err := kernel.ParseFormat(d.String())
	if err != nil {
		t.Fatal(err)
	}
	m, err := kernel.Compile(coef, in, to)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x")
	_ = os.Remove(path) // from the mix before
	file, err := fsx.OS().Create(path, fsx.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	pass.Outputs = []*mix.Output{{Name: "x", Layout: layout, File: file, Tensors: []mix.Tensor{{Terms: terms, Mix: m}}}}
	if err := (mix.CPU{Threads: 2, ChunkElems: 16, BlockBytes: 4096}).Pour(context.Background(), pass); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return floats(d, b[layout.Tensors[0].Offset:])
}

// floats reads numbers of the four formats. Those of 16 bits are floats whose
// lower half is missing, or half floats, whose value is a formula.
func floats(d checkpoint.DType, b []byte) []float64 {
	var out []float64
	for ; len(b) > 0; b = b[d.Size():] {
		switch d {
		case checkpoint.F64:
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		case checkpoint.F32:
			out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
		case checkpoint.BF16:
			out = append(out, float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b))<<16)))
		case checkpoint.F16:
			code := binary.LittleEndian.Uint16(b)
			e, m := int(code>>10&31), float64(code&1023)
			if e == 31 {
				m = math.Inf(1) // or NaN, which no comparison passes either
			} else if e > 0 {
				m, e = m+1024, e-1
			}
			v := math.Ldexp(m, e-24)
			if code>>15 != 0 {
				v = -v
			}
			out = append(out, v)
		}
	}
	return out
}

// TestShared: what several mixes have in common is one node.
func TestShared(t *testing.T) {
	all := forms(t, fmt.Sprintf(`
vodka "one" { mix = 0.6 * model.a + 0.4 * model.b }
vodka "two" { formula = "60%% a + 20%% b + 20%% c" }
vodka "three" { mix = 0.6 * model.b + 0.4 * model.a }
vodka "blocks" { mix = by_block(%q) * model.b + (1 - by_block(%q)) * model.a }
`, profile, profile))
	g, err := NewGraph(all, "OUT01", 3) // 0.4 of b there
	if err != nil {
		t.Fatal(err)
	}
	// 0.6·a is in one, two and blocks; 0.4·b in one and blocks.
	products := []string{"c1/5 model.b", "c1/5 model.c", "c2/5 model.a", "c2/5 model.b", "c3/5 model.a", "c3/5 model.b"}
	if got := slices.Sorted(maps.Keys(g.prods)); !slices.Equal(got, products) {
		t.Errorf("products %q, want %q", got, products)
	}
	if g.Mixes["one"] != g.Mixes["blocks"] {
		t.Error("two mixes that are equal in this block are two nodes")
	}
	var coefs []string
	for name, c := range g.Coefs {
		if name != "c"+c.RatString() {
			t.Errorf("placeholder %s stands for %s", name, c.RatString())
		}
		coefs = append(coefs, c.RatString())
	}
	if slices.Sort(coefs); !slices.Equal(coefs, []string{"1/5", "2/5", "3/5"}) {
		t.Errorf("coefficients %q", coefs)
	}
	if len(g.Leaves) != 3 {
		t.Errorf("%d leaves", len(g.Leaves))
	}
	// 3 leaves, 3 coefficients, 6 products, and the sums 3/5a+2/5b (of one and
	// blocks), 3/5a+1/5b, that + 1/5c, and 2/5a+3/5b.
	if n := len(g.G.AllNodes()); n != 3+3+6+4 {
		t.Errorf("%d nodes", n)
	}

	got, err := g.Run(map[string][]float64{"model.a": {1, 0, 4}, "model.b": {0, 1, -8}, "model.c": {16, 0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float64{"one": {0.6, 0.4, 2.4 - 3.2}, "two": {0.6 + 3.2, 0.2, 2.4 - 1.6}, "three": {0.4, 0.6, 1.6 - 4.8}} {
		for i := range want {
			if math.Abs(got[name][i]-want[i]) > 1e-15 {
				t.Errorf("%s is %v, want %v", name, got[name], want)
			}
		}
	}
}

// TestWrong: what cannot be is told.
func TestWrong(t *testing.T) {
	all := forms(t, fmt.Sprintf("vodka \"v\" {\n  mix = by_block(%q) * model.a\n  any_mass = true\n}\n", strings.Repeat("0, ", 25)+"1"))
	if _, err := NewGraph(all, "IN03", 2); err == nil || err.Error() != "graph v: no leaf counts in block IN03" {
		t.Errorf("an empty mix: %v", err)
	}
	g, err := NewGraph(all, "OUT11", 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, values := range []map[string][]float64{{}, {"model.a": {1}}, {"model.b": {1, 2}}} {
		if _, err := g.Run(values); err == nil || !strings.HasPrefix(err.Error(), "run graph: want 2 values of model.a, have ") {
			t.Errorf("%v: %v", values, err)
		}
	}
}
