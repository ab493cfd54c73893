package checkpoint

import (
	"fmt"
	"strings"
)

// DType is the type of a tensor's elements. The order is the reference
// implementation's (it sorts tensors by it, descending); zero is no type.
type DType uint8

// Every type that the safetensors format names.
const (
	BOOL DType = iota + 1
	F4
	F6_E2M3
	F6_E3M2
	U8
	I8
	F8_E5M2
	F8_E4M3
	F8_E8M0
	F8_E4M3FNUZ
	F8_E5M2FNUZ
	I16
	U16
	F16
	BF16
	I32
	U32
	F32
	C64
	F64
	I64
	U64
)

var dtypes = [...]struct {
	name  string
	bits  int
	float bool
}{
	BOOL: {"BOOL", 8, false},
	F4:   {"F4", 4, true}, F6_E2M3: {"F6_E2M3", 6, true}, F6_E3M2: {"F6_E3M2", 6, true},
	U8: {"U8", 8, false}, I8: {"I8", 8, false},
	F8_E5M2: {"F8_E5M2", 8, true}, F8_E4M3: {"F8_E4M3", 8, true}, F8_E8M0: {"F8_E8M0", 8, true},
	F8_E4M3FNUZ: {"F8_E4M3FNUZ", 8, true}, F8_E5M2FNUZ: {"F8_E5M2FNUZ", 8, true},
	I16: {"I16", 16, false}, U16: {"U16", 16, false}, F16: {"F16", 16, true}, BF16: {"BF16", 16, true},
	I32: {"I32", 32, false}, U32: {"U32", 32, false}, F32: {"F32", 32, true},
	C64: {"C64", 64, false}, F64: {"F64", 64, true}, I64: {"I64", 64, false}, U64: {"U64", 64, false},
}

// recipeNames are the spellings that recipes use besides the format's own.
var recipeNames = map[string]DType{
	"fp64": F64, "fp32": F32, "fp16": F16, "bf16": BF16, "fp8_e4m3": F8_E4M3, "fp8_e5m2": F8_E5M2,
}

func (d DType) valid() bool { return d >= BOOL && d <= U64 }

// String returns the format's spelling, such as "F16".
func (d DType) String() string {
	if !d.valid() {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Bits returns the width of one element in bits, 0 if d is no type.
func (d DType) Bits() int {
	if !d.valid() {
		return 0
	}
	return dtypes[d].bits
}

// Size returns the width of one element in bytes, 0 for the types that are
// narrower than a byte.
func (d DType) Size() int { return d.Bits() / 8 }

// IsFloat reports whether the elements are real floating point numbers.
func (d DType) IsFloat() bool { return d.valid() && dtypes[d].float }

// ParseDType reads the format's spelling ("F16", "BF16") or a recipe's
// ("fp16", "bf16").
func ParseDType(text string) (DType, error) {
	if d := spelled([]byte(text)); d != 0 {
		return d, nil
	}
	if d, ok := recipeNames[text]; ok {
		return d, nil
	}
	if d, ok := recipeNames[strings.ToLower(text)]; ok {
		return 0, fmt.Errorf("unknown dtype %q; did you mean %q?", text, strings.ToLower(d.recipeName()))
	}
	return 0, fmt.Errorf("unknown dtype %s; write fp16, bf16, fp32 or fp64", quote(text))
}

func (d DType) recipeName() string {
	for name, v := range recipeNames {
		if v == d {
			return name
		}
	}
	return d.String()
}

// spelled returns the type of the format's exact spelling, 0 if there is none.
func spelled(name []byte) DType {
	for d := BOOL; d <= U64; d++ {
		if string(name) == dtypes[d].name {
			return d
		}
	}
	return 0
}
