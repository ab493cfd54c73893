package ops

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"slices"
	"sort"
	"sync"
	"testing"
)

// What the program gives is held against this file, which shares nothing with
// it: the container is read with encoding/json, a number is what the formula of
// its format says, and a mix is a sum of math/big rationals, rounded once.

// tensor is one entry of a .safetensors file.
type tensor struct {
	dtype string
	shape []int64
	data  []byte
}

func readTensors(t testing.TB, path string) (map[string]tensor, map[string]string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(b)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(b[8:8+n], &header); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	data, tensors, meta := b[8+n:], map[string]tensor{}, map[string]string{}
	for name, raw := range header {
		if name == "__metadata__" {
			if err := json.Unmarshal(raw, &meta); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			continue
		}
		var e struct {
			DType   string   `json:"dtype"`
			Shape   []int64  `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
		tensors[name] = tensor{e.DType, e.Shape, data[e.Offsets[0]:e.Offsets[1]]}
	}
	return tensors, meta
}

func writeTensors(t testing.TB, path string, tensors map[string]tensor, meta map[string]string) {
	t.Helper()
	header := map[string]any{}
	if meta != nil {
		header["__metadata__"] = meta
	}
	var data []byte
	for _, name := range sortedKeys(tensors) {
		x := tensors[name]
		shape := x.shape
		if shape == nil {
			shape = []int64{}
		}
		header[name] = map[string]any{"dtype": x.dtype, "shape": shape, "data_offsets": []int{len(data), len(data) + len(x.data)}}
		data = append(data, x.data...)
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	if err := os.WriteFile(path, slices.Concat(b, text, data), 0o666); err != nil {
		t.Fatal(err)
	}
}

// format is what sets a floating-point format apart from others.
type format struct {
	size      int // bytes
	exp, frac uint
	end, nan  uint64 // the code after the largest finite number; the NaN that is made
}

var formats = map[string]format{
	"F64": {8, 11, 52, 0x7ff << 52, 0x7ff8 << 48}, "F32": {4, 8, 23, 0xff << 23, 0x7fc00000},
	"F16": {2, 5, 10, 0x7c00, 0x7e00}, "BF16": {2, 8, 7, 0x7f80, 0x7fc0},
	"F8_E4M3": {1, 4, 3, 0x7f, 0x7f}, "F8_E5M2": {1, 5, 2, 0x7c, 0x7e},
}

func (f format) sign() uint64 { return 1 << (f.exp + f.frac) }

func (f format) code(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b[:f.size])
	return binary.LittleEndian.Uint64(w[:])
}

func (f format) bytes(code uint64) []byte {
	return binary.LittleEndian.AppendUint64(nil, code)[:f.size]
}

// value is the number that a code without its sign stands for; the code after
// the largest finite one stands for the number that would follow.
func (f format) value(code uint64) *big.Rat {
	e, m := int(code>>f.frac), code&(1<<f.frac-1)
	if e == 0 {
		e = 1
	} else {
		m |= 1 << f.frac
	}
	e -= 1<<(f.exp-1) - 1 + int(f.frac)
	v := new(big.Rat).SetInt(new(big.Int).SetUint64(m))
	p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(e, -e))))
	if e < 0 {
		return v.Quo(v, p)
	}
	return v.Mul(v, p)
}

// number is a decoded element.
type number struct {
	nan, inf, neg bool
	abs           *big.Rat // of a finite one
}

func (f format) decode(b []byte) number {
	code := f.code(b)
	n := number{neg: code&f.sign() != 0}
	switch code &^= f.sign(); {
	case code < f.end:
		n.abs = f.value(code)
	case code == f.end && f.end != f.nan:
		n.inf = true
	default:
		n.nan = true
	}
	return n
}

// tables hold the values of the narrow formats as float64, by code.
var tables = sync.OnceValue(func() map[format][]float64 {
	all := map[format][]float64{}
	for _, f := range formats {
		if f.size > 2 {
			continue
		}
		list := make([]float64, f.end+1)
		for code := range list {
			list[code], _ = f.value(uint64(code)).Float64()
		}
		all[f] = list
	}
	return all
})

// nearest rounds y ≥ 0: the code of the nearest value, of two the even one.
func (f format) nearest(y *big.Rat) uint64 {
	switch f.size {
	case 8:
		v, _ := y.Float64()
		return math.Float64bits(v)
	case 4:
		v, _ := y.Float32()
		return uint64(math.Float32bits(v))
	}
	list := tables()[f]
	near, _ := y.Float64() // wrong by less than the half of a step
	i := sort.SearchFloat64s(list, near)
	for lo := uint64(max(i-2, 0)); lo < f.end; lo++ {
		middle := new(big.Rat).Add(f.value(lo), f.value(lo+1))
		switch middle.Quo(middle, big.NewRat(2, 1)).Cmp(y) {
		case 1:
			return lo
		case 0:
			return lo + lo&1
		}
	}
	return f.end
}

// tally counts what did not come out as an ordinary number.
type tally struct{ saturated, nan, bornNaN int64 }

// mixed is Σ coefs[i]·xs[i] as one element, by the words of the contract.
func (f format) mixed(coefs []*big.Rat, xs []number, st *tally) []byte {
	sum, allMinus, zero := new(big.Rat), true, true
	inf := map[bool]bool{}
	for i, x := range xs {
		neg := x.neg != (coefs[i].Sign() < 0)
		switch {
		case x.nan:
			st.nan++
			return f.bytes(f.nan)
		case x.inf:
			inf[neg] = true
			continue
		}
		p := new(big.Rat).Mul(x.abs, new(big.Rat).Abs(coefs[i]))
		zero, allMinus = zero && p.Sign() == 0, allMinus && neg
		if neg {
			p.Neg(p)
		}
		sum.Add(sum, p)
	}
	neg := sum.Sign() < 0 || zero && allMinus
	code := f.end
	switch {
	case len(inf) == 2, len(inf) == 1 && f.end == f.nan:
		st.nan++
		st.bornNaN++
		return f.bytes(f.nan)
	case len(inf) == 1:
		neg = inf[true]
	default:
		if code = f.nearest(sum.Abs(sum)); code >= f.end {
			st.saturated++
			if f.end == f.nan {
				return f.bytes(f.nan)
			}
			code = f.end
		}
	}
	if neg {
		code |= f.sign()
	}
	return f.bytes(code)
}

// mixTensors is a linear mix of tensors in a format. A zero coefficient counts
// as absent.
func mixTensors(dtype string, coefs []*big.Rat, xs []tensor, st *tally) []byte {
	var used []*big.Rat
	var from []tensor
	for i, c := range coefs {
		if c.Sign() != 0 {
			used, from = append(used, c), append(from, xs[i])
		}
	}
	if len(from) == 1 && used[0].Cmp(big.NewRat(1, 1)) == 0 && from[0].dtype == dtype {
		return from[0].data
	}
	var out []byte
	in := make([]number, len(from))
	for e := range len(from[0].data) / formats[from[0].dtype].size {
		for i, x := range from {
			f := formats[x.dtype]
			in[i] = f.decode(x.data[e*f.size:])
		}
		out = append(out, formats[dtype].mixed(used, in, st)...)
	}
	return out
}

// TestReference holds the reference itself to what is known from elsewhere.
func TestReference(t *testing.T) {
	one := []*big.Rat{big.NewRat(1, 1)}
	for _, c := range []struct {
		from  float64
		dtype string
		want  uint64
	}{
		{1, "F16", 0x3c00}, {65519.99, "F16", 0x7bff}, {65520, "F16", 0x7c00}, {-1e9, "F16", 0xfc00}, {0x1p-25, "F16", 0}, {0x1.8p-24, "F16", 2}, {-0x1p-26, "F16", 0x8000},
		{0x1.002p0, "F16", 0x3c00}, {0x1.006p0, "F16", 0x3c02}, {0x1.002000000001p0, "F16", 0x3c01},
		{1, "BF16", 0x3f80}, {0x1.01p0, "BF16", 0x3f80}, {0x1.03p0, "BF16", 0x3f82}, {math.Inf(-1), "BF16", 0xff80},
		{448, "F8_E4M3", 0x7e}, {464, "F8_E4M3", 0x7e}, {464.1, "F8_E4M3", 0x7f}, {57344, "F8_E5M2", 0x7b}, {61440, "F8_E5M2", 0x7c},
		{1e39, "F32", 0x7f800000}, {math.Pi, "F32", 0x40490fdb}, {0x1p-150, "F32", 0}, {math.Copysign(0, -1), "F32", 1 << 31}, {math.NaN(), "F32", 0x7fc00000}, {math.Pi, "F64", 0x400921fb54442d18},
	} {
		x := formats["F64"].decode(formats["F64"].bytes(math.Float64bits(c.from)))
		f := formats[c.dtype]
		if got := f.code(f.mixed(one, []number{x}, new(tally))); got != c.want {
			t.Errorf("%g as %s is %x, want %x", c.from, c.dtype, got, c.want)
		}
	}
}
