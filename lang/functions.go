package lang

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// pureFunctions are HCL's usual ones that depend on their arguments alone and
// that cannot make much out of little.
var pureFunctions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc,
	"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "range": stdlib.RangeFunc,
	"chomp": stdlib.ChompFunc, "format": stdlib.FormatFunc, "join": stdlib.JoinFunc,
	"lower": stdlib.LowerFunc, "upper": stdlib.UpperFunc, "trimspace": stdlib.TrimSpaceFunc,
	"replace": stdlib.ReplaceFunc, "split": stdlib.SplitFunc, "substr": stdlib.SubstrFunc,
	"coalesce": stdlib.CoalesceFunc, "compact": stdlib.CompactFunc, "concat": stdlib.ConcatFunc,
	"contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc, "length": stdlib.LengthFunc,
	"lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "reverse": stdlib.ReverseListFunc,
	"setproduct": stdlib.SetProductFunc, "slice": stdlib.SliceFunc, "sort": stdlib.SortFunc,
	"values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
	"tobool":   stdlib.MakeToFunc(cty.Bool),
	"tolist":   stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
	"tomap":    stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
	"tonumber": stdlib.MakeToFunc(cty.Number),
	"toset":    stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tostring": stdlib.MakeToFunc(cty.String),
}

// notYet are functions of the language that this version does not have.
var notYet = []string{
	"add_opposite", "add_strict_opposite", "adjust", "arcee_fusion", "breadcrumbs", "breadcrumbs_ties", "clamp", "cosine_a", "cosine_b",
	"crossover", "dare_linear", "dare_ties", "della", "della_linear", "distribution_crossover", "dropout", "euclidean_add_difference",
	"extract", "geometric_median", "geometric_sum", "karcher", "metric", "model_stock", "multiply_difference", "multiply_quotient",
	"multislerp", "nearswap", "nuslerp", "perpendicular", "ram", "ramplus_tl", "rotate", "sce", "self_scale",
	"similarity_add_difference", "slerp", "smooth_add", "task_arithmetic", "taste", "tensor_sum", "ties", "top_k_tensor_sum", "train_difference",
	"truncate_kronecker", "truncate_rank",
}

// functions makes the table for expressions: the pure ones, the language's own
// and the methods. read gives a file beside the recipe.
func functions(methods MethodTable, read func(name string) ([]byte, error), work *budget) map[string]function.Function {
	table := map[string]function.Function{
		"by_block":   byBlockFunction,
		"jsonencode": jsonFunction,
		"sum":        sumFunction,
		"file": oneStep(&function.Spec{Params: []function.Parameter{{Name: "path", Type: cty.String}}}, func(args []cty.Value) (cty.Value, error) {
			data, err := read(args[0].AsString())
			return cty.StringVal(string(data)), err
		}),
	}
	for name, f := range pureFunctions {
		table[name] = f
	}
	for name, m := range methods {
		table[name] = m.function(name)
	}
	for name, f := range table {
		table[name] = bounded(name, f, work)
	}
	return table
}

// bounded refuses what would take a function long, and pays for what goes beyond
// its arguments: they are paid for where they are evaluated (see meter).
func bounded(name string, f function.Function, work *budget) function.Function {
	spec := &function.Spec{Description: f.Description(), Params: f.Params(), VarParam: f.VarParam()}
	spec.Type = func(args []cty.Value) (cty.Type, error) {
		steps, err := checkArguments(name, args)
		if err == nil {
			err = work.spend(steps)
		}
		if err != nil {
			return cty.NilType, err
		}
		return f.ReturnTypeForValues(args)
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) }
	return function.New(spec)
}

// Widths and precisions in format that make long texts.
var wideVerb = regexp.MustCompile(`%[^a-zA-Z%]*(\d{4}|\*)`)

// checkArguments refuses arguments, and gives the steps that a call takes
// beyond going through its arguments once.
func checkArguments(name string, args []cty.Value) (steps int, err error) {
	for i, arg := range args {
		if arg.IsNull() || !arg.IsKnown() {
			continue
		}
		if err := checkNumber(arg); err != nil {
			return 0, function.NewArgError(i, err)
		}
		if arg.Type() == cty.String && (name == "format" || name == "tonumber") {
			if n, err := stdlib.MakeToFunc(cty.Number).Call([]cty.Value{arg}); err == nil && checkNumber(n) != nil {
				return 0, function.NewArgError(i, errHugeNumber)
			}
			if name == "format" && i == 0 && wideVerb.MatchString(arg.AsString()) {
				return 0, function.NewArgError(i, errors.New("a width or precision has at most three digits, and no *"))
			}
		}
	}
	switch name {
	case "range":
		return 1024, nil // it makes no more
	case "sum":
		return 10 * lengthOf(args[0]), nil
	case "split":
		return pieces(args[0], args[1]), nil
	case "distinct":
		return lengthOf(args[0]) * lengthOf(args[0]), nil
	case "setproduct":
		product := 1
		for _, arg := range args {
			if product *= max(lengthOf(arg), 1); product > maxInstances {
				return 0, errors.New("more than 10,000 combinations")
			}
		}
		return product * len(args), nil
	case "join", "replace", "format":
		length := growth(name, args)
		if length > maxValueBytes {
			return 0, errors.New("the result may be longer than 4 MiB")
		}
		return length / 256, nil
	}
	return 0, nil
}

// lengthOf is the length of a text, or the number of elements of a list, set
// or map that is known.
func lengthOf(v cty.Value) int {
	switch {
	case v.IsNull() || !v.IsKnown():
		return 0
	case v.Type() == cty.String:
		return len(v.AsString())
	case v.CanIterateElements():
		return v.LengthInt()
	}
	return 0
}

// pieces counts what split makes of a text.
func pieces(separator, text cty.Value) int {
	if lengthOf(text) == 0 || !separator.IsKnown() || separator.IsNull() {
		return 0
	}
	return strings.Count(text.AsString(), separator.AsString())
}

// growth bounds the length of texts that can be longer than what they are made
// of.
func growth(name string, args []cty.Value) int {
	switch name {
	case "replace": // each place may become the replacement
		text, from, to := lengthOf(args[0]), max(lengthOf(args[1]), 1), lengthOf(args[2])
		return text + (text/from+1)*to
	case "join": // the separator stands between all elements
		pieces, length := 0, 0
		for _, list := range args[1:] {
			pieces += lengthOf(list)
			length += textIn(list)
		}
		return pieces*lengthOf(args[0]) + length
	}
	// Each verb may write any argument again, in a width of three digits.
	verbs, length := 0, 999
	if !args[0].IsNull() && args[0].IsKnown() {
		verbs = strings.Count(args[0].AsString(), "%")
	}
	for _, arg := range args[1:] {
		length += textIn(arg)
	}
	return lengthOf(args[0]) + verbs*length
}

// textIn counts the bytes of the texts in a value, and some for each other
// element.
func textIn(v cty.Value) int {
	if v.IsNull() || !v.IsKnown() || v.Type() == cty.String {
		return lengthOf(v)
	}
	n := 16
	if v.CanIterateElements() {
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			n += 16 + textIn(element)
			if key.Type() == cty.String {
				n += lengthOf(key)
			}
		}
	}
	return n
}

var sumFunction = oneStep(&function.Spec{
	Description: "The sum of a list of numbers, or of models.",
	Params:      []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
}, func(args []cty.Value) (cty.Value, error) {
	list := args[0]
	if !list.IsWhollyKnown() {
		return cty.DynamicVal, nil
	}
	if ty := list.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
		return cty.NilVal, function.NewArgErrorf(0, "a list is needed, as in [a, b] or values({…}), this is %s", describe(list))
	}
	if list.LengthInt() == 0 {
		return cty.NilVal, function.NewArgErrorf(0, "the list is empty, so it is unknown whether it would hold numbers or models")
	}
	total, err := sum(list.AsValueSlice())
	if err != nil {
		return cty.NilVal, function.NewArgError(0, err)
	}
	return total, nil
})

// sum adds halves: adding one by one would copy a growing mix for each model.
func sum(list []cty.Value) (cty.Value, error) {
	if len(list) == 1 {
		if v := list[0]; v.Type() == quantityType && !v.IsNull() {
			return v, nil
		}
		if v, err := toNumber(list[0]); err == nil || errors.Is(err, errHugeNumber) {
			return v, err
		}
		return cty.NilVal, fmt.Errorf("numbers or models are needed, this holds %s", describe(list[0]))
	}
	left, err := sum(list[:len(list)/2])
	if err != nil {
		return cty.NilVal, err
	}
	right, err := sum(list[len(list)/2:])
	if err != nil {
		return cty.NilVal, err
	}
	return binaryOperators[hclsyntax.OpAdd].apply(left, right)
}

var jsonFunction = oneStep(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true}},
}, func(args []cty.Value) (cty.Value, error) {
	if holdsModel(args[0]) {
		return cty.NilVal, errors.New("a model has no JSON form: write its name as a text")
	}
	if err := checkSize(args[0]); err != nil {
		return cty.NilVal, err
	}
	return stdlib.JSONEncode(args[0])
})

func holdsModel(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		found = found || v.Type() == quantityType
		return !found, nil
	})
	return found
}

// checkSize bounds a value: locals that double each other reach gigabytes in
// thirty lines.
func checkSize(v cty.Value) error {
	bytes, items := 0, 0
	return cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		items++
		if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			bytes += len(v.AsString())
		}
		if items > maxValueItems || bytes > maxValueBytes {
			return false, errors.New("the value is too large: at most 100,000 elements and 4 MiB of text")
		}
		return true, nil
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func shorten(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}

func ordinal(n int) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2 && n%100 != 12:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3 && n%100 != 13:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// counted is "1 model", "3 models".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
