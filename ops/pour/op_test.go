package pour

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"cosmo/engine/digest"
	"cosmo/lang"
	"cosmo/ops/checkpoint"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
	"cosmo/ops/release"
)

// form sums leaves "model.x" with coefficients.
func form(t *testing.T, terms map[lang.Address]string) *lang.Form {
	t.Helper()
	var list []lang.Term
	for a, text := range terms {
		var numbers []*big.Rat
		for part := range strings.SplitSeq(text, " ") {
			r, ok := new(big.Rat).SetString(part)
			if !ok {
				t.Fatal(part)
			}
			numbers = append(numbers, r)
		}
		c := lang.Scalar(numbers[0])
		if len(numbers) > 1 {
			var err error
			if c, err = lang.NewProfile("", numbers); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, lang.Term{Leaf: a, Coef: c})
	}
	f, err := lang.NewForm(list...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type terms map[lang.Address]string

// TestRole: what of a leaf enters the key. Its label does only where it decides
// something, as a rank.
func TestRole(t *testing.T) {
	leaves := []lang.Address{"model.a", "model.b", "model.c"}
	behind := "0 " + strings.TrimSuffix(strings.Repeat("1 ", 25), " ") // 0 in BASE
	for _, c := range []struct {
		name string
		data Data
		want []string
	}{
		{"a mix", Data{Main: form(t, terms{"model.a": "1/2", "model.b": "1/4", "model.c": "1/4"}), First: "model.b"},
			[]string{"mix 1/2", "mix 1/4 first", "mix 1/4"}},
		{"parts", Data{Main: form(t, terms{"model.a": "1"}), VAE: form(t, terms{"model.b": "1"}), CLIP: form(t, terms{"model.a": "1/2", "model.c": "1/2"}), First: "model.a"},
			[]string{"mix 1/1 clip 1/2 first", "vae 1/1", "clip 1/2"}},
		{"kept keys", Data{Main: form(t, terms{"model.a": "1/2", "model.b": "1/4", "model.c": "1/4"}), First: "model.b", ExtraKeys: "keep"},
			[]string{"mix 1/2 rank 0", "mix 1/4 first rank 1", "mix 1/4 rank 2"}},
		{"kept keys of two", Data{Main: form(t, terms{"model.a": "1/2", "model.c": "1/2"}), First: "model.c", ExtraKeys: "keep"},
			[]string{"mix 1/2", "", "mix 1/2 first"}},
		{"parts of two others", Data{Main: form(t, terms{"model.a": "1"}), CLIP: form(t, terms{"model.b": "1/2", "model.c": "1/2"}), First: "model.a"},
			[]string{"mix 1/1 first rank 0", "clip 1/2 rank 1", "clip 1/2 rank 2"}},
		{"the first does not count somewhere", Data{Main: form(t, terms{"model.a": "1/2", "model.b": behind, "model.c": "1/2"}), First: "model.b"},
			[]string{"mix 1/2 rank 0", "mix " + form(t, terms{"x": behind}).Terms[0].Coef.Canonical() + " first rank 1", "mix 1/2 rank 2"}},
	} {
		c.data.Leaves = leaves
		var got []string
		for _, l := range leaves {
			got = append(got, c.data.Role(l))
		}
		if c.name == "kept keys of two" {
			got[1] = ""
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestParams: what else enters the key, in one order.
func TestParams(t *testing.T) {
	all := Data{
		DType: map[string]checkpoint.DType{"vae": checkpoint.F32, "*": checkpoint.BF16, "clip": checkpoint.F16}, ExtraKeys: "keep",
		Complete: true, AllowNonfinite: true, Place: "/somewhere/out.safetensors",
	}
	if got, want := all.Params(), "extra_keys keep\ndtype * BF16\ndtype clip F16\ndtype vae F32\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, keys := range []string{"", "drop"} {
		if got := (&Data{ExtraKeys: keys}).Params(); got != "extra_keys drop\n" {
			t.Errorf("%q", got)
		}
	}
	labelled := Data{Label: &release.Label{Name: "r", Title: "T\n\"x\"", Form: lang.Leaf("model.a")}}
	if got := labelled.Params(); !strings.HasPrefix(got, "extra_keys drop\nlabel 2 \"") || strings.Count(got, "\n") != 2 || !strings.Contains(got, "title") {
		t.Errorf("%q", got)
	}
}

// TestManifest: what is written is read, whatever a tensor is called; anything
// else is refused.
func TestManifest(t *testing.T) {
	m := manifest{
		{sum: digest.Of([]byte("a")), key: digest.Of([]byte("b")), name: "model.diffusion_model.out.2.bias"},
		{sum: digest.Of([]byte("c")), key: digest.Of([]byte("d")), counts: kernel.Stats{Saturated: 1, NaN: 2, BornNaN: 3, Inf: 1 << 40}, name: "a b  c \" \\ \t ½\n x"},
		{name: ""},
	}
	got, err := unmarshalManifest(m.marshal())
	if err != nil || !slices.Equal(got, m) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := unmarshalManifest(manifest{}.marshal()); err != nil || len(got) > 0 {
		t.Errorf("an empty one: %v, %v", got, err)
	}
	sum := digest.Of(nil).Hex()
	for _, text := range []string{
		"", "cosmo manifest 2\n", "cosmo manifest 1", sum + " " + sum + " 0 0 0 0 \"x\"\n",
		manifestTitle + "\n", manifestTitle + "x\n", manifestTitle + sum + " " + sum + " 0 0 0 0\n", manifestTitle + sum + " " + sum + " 0 0 0 0 x\n",
		manifestTitle + sum + " " + sum[1:] + " 0 0 0 0 \"x\"\n", manifestTitle + sum + " " + sum + " 0 0 zero 0 \"x\"\n", manifestTitle + sum + " " + sum + " 0 0 0 0 \"x\n",
	} {
		if got, err := unmarshalManifest([]byte(text)); err == nil {
			t.Errorf("%q is read: %v", text, got)
		} else if !strings.HasPrefix(err.Error(), "read manifest: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestTensorKey: two tensors have one key only if they are made the same way of
// the same contents; what their ingredients are called, and in which order they
// stand, does not show.
func TestTensorKey(t *testing.T) {
	x := func(d checkpoint.DType) *checkpoint.Tensor { return &checkpoint.Tensor{Name: "t", DType: d} }
	part := func(d checkpoint.DType, shape []int64, terms ...mix.PartTerm) *mix.Part {
		return &mix.Part{Spec: checkpoint.Spec{Name: "t", DType: d, Shape: shape}, Terms: terms}
	}
	half, third := big.NewRat(1, 2), big.NewRat(1, 3)
	sums := func(leaf int, name string) digest.Sum { return digest.Of([]byte(fmt.Sprint(leaf/10, name))) } // 0–9 have equal tensors
	f16, f32 := checkpoint.F16, checkpoint.F32
	base := part(f16, []int64{2, 3}, mix.PartTerm{Leaf: 0, Tensor: x(f16), Coef: half}, mix.PartTerm{Leaf: 10, Tensor: x(f32), Coef: third})
	key := tensorKey(base, sums)
	for name, same := range map[string]*mix.Part{
		"the other order": part(f16, []int64{2, 3}, base.Terms[1], base.Terms[0]),
		"an equal leaf":   part(f16, []int64{2, 3}, mix.PartTerm{Leaf: 7, Tensor: x(f16), Coef: big.NewRat(2, 4)}, base.Terms[1]),
	} {
		if tensorKey(same, sums) != key {
			t.Errorf("%s: another key", name)
		}
	}
	literal := part(f16, []int64{2, 3}, base.Terms...)
	literal.Literal = []byte{1}
	other := map[digest.Sum]string{key: "base"}
	for name, p := range map[string]*mix.Part{
		"type": part(f32, []int64{2, 3}, base.Terms...), "shape": part(f16, []int64{3, 2}, base.Terms...), "scalar": part(f16, nil, base.Terms...),
		"one term": part(f16, []int64{2, 3}, base.Terms[0]), "coefficient": part(f16, []int64{2, 3}, base.Terms[0], mix.PartTerm{Leaf: 10, Tensor: x(f32), Coef: half}),
		"type of a leaf": part(f16, []int64{2, 3}, base.Terms[0], mix.PartTerm{Leaf: 10, Tensor: x(f16), Coef: third}),
		"another leaf":   part(f16, []int64{2, 3}, base.Terms[0], mix.PartTerm{Leaf: 20, Tensor: x(f32), Coef: third}),
		"swapped":        part(f16, []int64{2, 3}, mix.PartTerm{Leaf: 10, Tensor: x(f16), Coef: half}, mix.PartTerm{Leaf: 0, Tensor: x(f32), Coef: third}),
		"literal":        literal,
	} {
		k := tensorKey(p, sums)
		if other[k] != "" {
			t.Errorf("%s has the key of %s", name, other[k])
		}
		other[k] = name
	}
}

// TestNonfiniteError: how it is told.
func TestNonfiniteError(t *testing.T) {
	const rest = " infinite or NaN, and no ingredient has that there: choose a wider dtype, or write allow_nonfinite = true if it is meant"
	for want, e := range map[string]*NonfiniteError{
		"one of its values is" + rest: {NaN: 1}, "12 of its values are" + rest: {Saturated: 10, NaN: 2},
	} {
		if e.Error() != want {
			t.Errorf("%q, want %q", e, want)
		}
	}
}
