package source

import (
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"cosmo/ops/checkpoint"
)

const synthScheme = "synth:"

// Version is raised when the values that a text names change.
const Version = 1

// Synth is a checkpoint that exists as a text: the names and shapes of an
// architecture, and values that follow from seeds.
type Synth struct {
	arch  string
	seed  uint64
	from  uint64 // the seed of the model that this one was fine-tuned from
	tuned bool   // there is one
	dtype checkpoint.DType

	mu     sync.Mutex
	recent map[string]*field // of the tensors that are being filled
}

//go:generate go run ../checkpoint/keys/pack.go testdata/tiny-sd15.tsv

//go:embed keys/tiny-sd15.tsv.gz
var tinyKeys string

// architectures are the tensors that can be grown, by the name in the text.
var architectures = map[string]func() []checkpoint.Spec{
	"sd15":      func() []checkpoint.Spec { return checkpoint.Complete(checkpoint.SD1) },
	"sd21":      func() []checkpoint.Spec { return checkpoint.Complete(checkpoint.SD2) },
	"sdxl":      func() []checkpoint.Spec { return checkpoint.Complete(checkpoint.SDXL) },
	"tiny-sd15": sync.OnceValue(loadTiny),
}

var synthTypes = map[string]checkpoint.DType{"fp16": checkpoint.F16, "bf16": checkpoint.BF16, "fp32": checkpoint.F32}

// loadTiny reads the embedded table. A damaged one is a broken build.
func loadTiny() []checkpoint.Spec {
	z, err := gzip.NewReader(strings.NewReader(tinyKeys))
	if err != nil {
		panic(fmt.Sprintf("source: tiny key table: %v", err))
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(fmt.Sprintf("source: tiny key table: %v", err))
	}
	specs, err := checkpoint.ParseKeys(string(text))
	if err != nil {
		panic(fmt.Sprintf("source: tiny key table: %v", err))
	}
	return specs
}

const synthForm = "write synth:ARCH?seed=N, with ARCH sd15, sd21, sdxl or tiny-sd15; &from=SEED makes a relative of another seed, &dtype=fp16, bf16 or fp32 sets the type"

// ParseSynth reads synth:ARCH?seed=N[&from=SEED][&dtype=TYPE]. The type is fp16
// unless said otherwise.
func ParseSynth(text string) (*Synth, error) {
	arch, query, _ := strings.Cut(strings.TrimPrefix(text, synthScheme), "?")
	if architectures[arch] == nil {
		return nil, fmt.Errorf("there is no synthetic architecture %q: %s", arch, synthForm)
	}
	y := &Synth{arch: arch, dtype: checkpoint.F16, recent: map[string]*field{}}
	given := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if given[name] {
			return nil, fmt.Errorf("a synthetic source has %s once", name)
		}
		given[name] = true
		var err error
		switch name {
		case "seed":
			y.seed, err = parseSeed(name, value)
		case "from":
			y.tuned = true
			y.from, err = parseSeed(name, value)
		case "dtype":
			if y.dtype = synthTypes[value]; y.dtype == 0 {
				err = fmt.Errorf("dtype is fp16, bf16 or fp32, not %q", value)
			}
		case "":
			err = errors.New(synthForm)
		default:
			err = fmt.Errorf("a synthetic source has no %q: %s", name, synthForm)
		}
		if err != nil {
			return nil, err
		}
	}
	if !given["seed"] {
		return nil, fmt.Errorf("a synthetic source needs a seed: %s", synthForm)
	}
	return y, nil
}

func parseSeed(name, value string) (uint64, error) {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s is a whole number below 2^64, not %q", name, value)
	}
	return n, nil
}

// Canonical is the text of y that keys are made of: equal for every spelling.
func (y *Synth) Canonical() string {
	text := fmt.Sprintf("%s%s?dtype=%s&seed=%d", synthScheme, y.arch, y.dtype, y.seed)
	if y.tuned {
		text += fmt.Sprintf("&from=%d", y.from)
	}
	return text
}

// Specs lists the tensors, by name. All floats have y's type.
func (y *Synth) Specs() []checkpoint.Spec {
	specs := slices.Clone(architectures[y.arch]())
	for i := range specs {
		if specs[i].DType.IsFloat() {
			specs[i].DType = y.dtype
		}
	}
	sort.Slice(specs, func(i, j int) bool { return specs[i].Name < specs[j].Name })
	return specs
}

// Size is the length of the tensors' data in bytes.
func (y *Synth) Size() int64 {
	var n int64
	for _, s := range y.Specs() {
		n += s.Elements() * int64(s.DType.Size())
	}
	return n
}
