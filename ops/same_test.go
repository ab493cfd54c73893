package ops

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cosmo/engine"
	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/lang"
	"cosmo/lang/lockfile"
	"cosmo/ops/ingredient"
	"cosmo/ops/mix"
	"cosmo/ops/mix/kernel"
	"cosmo/ops/pour"
)

// bar is a recipe over ingredients that have every kind of tensor there is.
const bar = `
model "a" { source = "a.safetensors" }
model "b" { source = "b.safetensors" }
model "c" { source = "c.safetensors" }
model "v" { source = "v.safetensors" }
locals {
  w = by_block("0.86, 0.67, 0.44, 0.56, 0.94, 0.52, 0.37, 0.25, 0.14, 0.33, 0.6, 0, 1, 0.83, 0.1, 0.4, 0.75, 0.06, 0.21, 0.71, 0.9, 0.29, 0.48, 0.17, 0.63, 0.98", { layout = "mecha" })
}
vodka "half" { mix = 0.5 * model.a + 0.5 * model.b }
vodka "e4m3" {
  weights = "60/20/20"
  of      = [model.a, model.b, model.c]
  dtype   = "fp8_e4m3"
}
vodka "e5m2" {
  mix   = model.c + 1 / 3 * (model.b - model.a)
  dtype = "fp8_e5m2"
}
vodka "wide" {
  mix      = 3 * model.a - model.b
  any_mass = true
  dtype    = "fp64"
}
release "sour" {
  model           = 0.6 * vodka.half + 0.2 * model.c + 0.2 * model.a
  file            = "out/sour.safetensors"
  extra_keys      = "keep"
  allow_nonfinite = true
}
release "blocks" {
  model           = local.w * model.b + (1 - local.w) * model.a
  file            = "out/blocks.safetensors"
  dtype           = "fp16"
  allow_nonfinite = true
}
release "parts" {
  model           = 0.7 * model.a + 0.3 * model.c
  file            = "out/parts.safetensors"
  vae             = model.v
  clip            = 0.5 * model.b + 0.5 * model.c
  dtype           = { unet = "bf16", clip = "fp32", vae = "fp16" }
  allow_nonfinite = true
}
release "neat" {
  model = model.a
  file  = "out/neat.safetensors"
}
`

const unet = "model.diffusion_model."

// fillBar writes the recipe and its ingredients.
func fillBar(t *testing.T, dir string) string {
	t.Helper()
	types := sortedKeys(formats)
	for k, name := range []string{"a", "b", "c"} {
		r := rand.New(rand.NewPCG(uint64(k), 7))
		tensors := map[string]tensor{}
		for i := range 12 {
			// Each pair of types meets in some tensor; lengths fit no vector.
			n := []int64{33, 1, 517, 130}[i%4]
			tensors[fmt.Sprintf("%sinput_blocks.%d.0.in_layers.2.bias", unet, i)] = weights(r, types[(i*(k+1)+i/6)%6], n)
			tensors[fmt.Sprintf("%soutput_blocks.%d.0.in_layers.2.bias", unet, i)] = codes(r, types[(i+k*(1+i/6))%6], n)
		}
		tensors[unet+"middle_block.0.in_layers.2.weight"] = weights(r, "F16", 20_011)
		tensors[unet+"out.0.bias"] = weights(r, types[k], 9_001)
		tensors[unet+"time_embed.0.weight"] = weights(r, "F32", 5_003)
		for _, part := range []string{"first_stage_model.decoder.conv_in.bias", "cond_stage_model.transformer.text_model.final_layer_norm.weight"} {
			tensors[part] = weights(r, []string{"F16", "BF16", "F32"}[k], 4_099)
		}
		scalar := weights(r, "F32", 1)
		scalar.shape = nil
		tensors["cond_stage_model.logit_scale"] = scalar
		tensors["model_ema.decay"] = scalar
		tensors["model_ema.num_updates"] = tensor{"I32", nil, []byte{byte(k), 1, 2, 3}}
		tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = weights(r, "F16", 77)
		tensors["betas"] = weights(r, "F64", 10)
		tensors["ztsnr"] = tensor{"F16", []int64{0}, nil}
		tensors[unet+"empty.weight"] = tensor{"F32", []int64{4, 0, 2}, nil}
		tensors["extra."+name] = weights(r, "BF16", 5)
		tensors[unet+"extra."+name] = weights(r, "F8_E5M2", 6)
		tensors["extra.flags."+name] = tensor{"BOOL", []int64{3}, []byte{0, 1, byte(k % 2)}}
		writeTensors(t, filepath.Join(dir, name+".safetensors"), tensors, map[string]string{"format": "pt", "k": name})
	}
	v := map[string]tensor{"first_stage_model.decoder.conv_in.bias": weights(rand.New(rand.NewPCG(9, 9)), "F32", 4_099)}
	writeTensors(t, filepath.Join(dir, "v.safetensors"), v, nil)
	path := filepath.Join(dir, "bar.hcl")
	if err := os.WriteFile(path, []byte(bar), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// weights are numbers as models have them.
func weights(r *rand.Rand, dtype string, n int64) tensor {
	x := tensor{dtype, []int64{n}, nil}
	f := formats[dtype]
	for range n {
		v := new(big.Rat).SetFloat64(math.Ldexp(math.Round(math.Abs(r.NormFloat64())*1e6), -24))
		code := f.nearest(v)
		if r.IntN(2) == 0 {
			code |= f.sign()
		}
		x.data = append(x.data, f.bytes(code)...)
	}
	return x
}

// codes are any bits: the largest and smallest numbers, zeros, infinities, NaNs
// with payloads.
func codes(r *rand.Rand, dtype string, n int64) tensor {
	x := tensor{dtype, []int64{n}, nil}
	for range n {
		f := formats[dtype]
		code := r.Uint64()
		switch r.IntN(8) {
		case 0:
			code = f.end - 1 | code&f.sign()
		case 1:
			code = f.end | code&f.sign()
		case 2:
			code &= f.sign()
		}
		x.data = append(x.data, binary.LittleEndian.AppendUint64(nil, code)[:f.size]...)
	}
	return x
}

// hasty is the operating system's files through the page cache, without waiting
// for the disk: these stores need not outlive the machine.
type hasty struct{ fsx.FS }

type hastyFile struct{ fsx.File }

func (f hasty) Create(name string, opt fsx.CreateOptions) (fsx.File, error) {
	opt.Direct = false
	file, err := f.FS.Create(name, opt)
	return hastyFile{file}, err
}

func (hasty) SyncDir(string) error { return nil }
func (hastyFile) Sync() error      { return nil }

// poured is what a run gave, by address.
type poured map[string]*engine.Result

// pourWith applies goals of a recipe into a store of its own, with an executor
// of choice.
func pourWith(t *testing.T, path string, cpu mix.CPU, goals ...string) poured {
	t.Helper()
	return pourOn(t, hasty{fsx.OS()}, path, cpu, goals...)
}

func pourOn(t *testing.T, disk fsx.FS, path string, cpu mix.CPU, goals ...string) poured {
	t.Helper()
	r, diags := Load(path, nil)
	list, more := r.Goals(goals, len(goals) == 0)
	graph, most := compile(r, &lockfile.Lock{}, list)
	if diags = slices.Concat(diags, more, most); diags.HasErrors() {
		t.Fatal(diags)
	}
	st, err := store.Open(disk, filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	plan, err := engine.NewPlan(graph, st, map[string]engine.Impl{
		ingredient.FileKind: &ingredient.Files{FS: disk, Now: time.Now},
		pour.Kind:           &pour.Impl{FS: disk, Executor: cpu, Now: time.Now, Ours: func(*engine.Op, string, digest.Sum) bool { return false }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Run(context.Background(), engine.Options{Threads: max(cpu.Threads, 1)}); err != nil {
		t.Fatal(err)
	}
	got := poured{}
	for _, n := range plan.Nodes {
		if n.Op.Goal {
			got[n.Op.Address] = n.Result
		}
	}
	return got
}

func (p poured) digests() map[string][2]digest.Sum {
	m := map[string][2]digest.Sum{}
	for a, r := range p {
		m[a] = [2]digest.Sum{r.Root, r.SHA256}
	}
	return m
}

// TestSameBits: nothing but the recipe and the ingredients decides a bit. Every
// number of threads, chunk size and implementation gives the same files in
// whichever store.
func TestSameBits(t *testing.T) {
	path := fillBar(t, t.TempDir())
	want := pourOn(t, fsx.OS(), path, mix.CPU{Threads: 1}).digests()
	if len(want) != 8 {
		t.Fatalf("%d outputs", len(want))
	}
	t.Cleanup(func() { // as they were
		_ = kernel.Use(kernel.Implementations()[0])
		_ = digest.Use("auto")
	})
	n := 0
	for _, mixer := range kernel.Implementations() {
		if err := kernel.Use(mixer); err != nil {
			t.Fatal(err)
		}
		for _, hasher := range append(digest.Implementations(), "auto") {
			if err := digest.Use(hasher); err != nil {
				t.Fatal(err)
			}
			for i, threads := range []int{1, 2, 8} {
				for j, cpu := range []mix.CPU{{ChunkElems: 333, BlockBytes: 4096}, {ChunkElems: 4096, BlockBytes: 16384, PoolBytes: 1 << 16}, {}} {
					// All pairs of two choices; all fours would only take longer.
					if (i+j+n)%3 != 0 && (mixer != kernel.Implementations()[0] || hasher != "auto") {
						continue
					}
					cpu.Threads = threads
					if got := pourWith(t, path, cpu).digests(); !maps.Equal(got, want) {
						t.Errorf("%s, %s, %+v: other bytes: %s", mixer, hasher, cpu, differing(got, want))
					}
				}
			}
			n++
		}
	}
}

func differing(got, want map[string][2]digest.Sum) string {
	var list []string
	for _, a := range sortedKeys(want) {
		if got[a] != want[a] {
			list = append(list, a)
		}
	}
	return strings.Join(list, ", ")
}

// TestSameAlone: what is poured in one pass with others is what it is alone.
func TestSameAlone(t *testing.T) {
	path := fillBar(t, t.TempDir())
	together := pourWith(t, path, mix.CPU{}).digests()
	for _, a := range sortedKeys(together) {
		if got := pourWith(t, path, mix.CPU{}, a).digests(); len(got) != 1 || got[a] != together[a] {
			t.Errorf("%s alone is %v, with others %v", a, got[a], together[a])
		}
	}
}

// TestExact holds the bar's files against math/big, element by element, and
// the counts of clipped values and NaNs as well.
func TestExact(t *testing.T) {
	dir := t.TempDir()
	path := fillBar(t, dir)
	r, diags := Load(path, nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	ingredients := map[lang.Address]map[string]tensor{}
	for _, m := range r.Models {
		ingredients[m.Address], _ = readTensors(t, filepath.Join(dir, m.Source))
	}
	got := pourAndRead(t, path)
	for _, c := range []struct {
		address string
		coefs   map[lang.Address]string
	}{
		{"vodka.half", map[lang.Address]string{"model.a": "1/2", "model.b": "1/2"}},
		{"vodka.e4m3", map[lang.Address]string{"model.a": "3/5", "model.b": "1/5", "model.c": "1/5"}},
		{"vodka.e5m2", map[lang.Address]string{"model.a": "-1/3", "model.b": "1/3", "model.c": "1"}},
		{"vodka.wide", map[lang.Address]string{"model.a": "3", "model.b": "-1"}},
		{"release.sour", map[lang.Address]string{"model.a": "1/2", "model.b": "3/10", "model.c": "1/5"}},
		{"release.neat", map[lang.Address]string{"model.a": "1"}},
	} {
		var st tally
		compared := 0
		for _, name := range sortedKeys(got[c.address].tensors) {
			g := got[c.address].tensors[name]
			if _, float := formats[g.dtype]; !float || !strings.Contains(name, "_model.") && !strings.HasPrefix(name, "model_ema.") {
				continue // not mixed
			}
			var coefs []*big.Rat
			var xs []tensor
			for _, m := range slices.Sorted(maps.Keys(c.coefs)) {
				if x := ingredients[m][name]; x.dtype != "" {
					coefs, xs = append(coefs, rational(c.coefs[m])), append(xs, x)
				}
			}
			if len(xs) < len(c.coefs) {
				continue // an extra one
			}
			if want := mixTensors(g.dtype, coefs, xs, &st); string(g.data) != string(want) {
				t.Errorf("%s: %s is not what math/big gives", c.address, name)
			}
			compared += len(g.data) / formats[g.dtype].size
		}
		rep := got[c.address].Report
		if compared < 40_000 || rep.Saturated != st.saturated || rep.NaN != st.nan {
			t.Errorf("%s: of %d elements %d were clipped and %d are NaN, want %+v", c.address, compared, rep.Saturated, rep.NaN, st)
		}
		if c.address != "release.neat" && (st.nan == 0 || st.bornNaN == 0 && c.address != "vodka.half") {
			t.Errorf("%s: the ingredients give no NaN: %+v", c.address, st)
		}
	}
}

type pouredFile struct {
	engine.Report
	tensors map[string]tensor
}

func pourAndRead(t *testing.T, path string) map[string]pouredFile {
	t.Helper()
	all := map[string]pouredFile{}
	for a, r := range pourWith(t, path, mix.CPU{}) {
		tensors, _ := readTensors(t, r.Path)
		all[a] = pouredFile{r.Report, tensors}
	}
	return all
}
