#include "textflag.h"

// Constants of the vector routines.

DATA ·below32+0(SB)/8, $0x1fffffff // what a float32 has no room for
GLOBL ·below32(SB), RODATA|NOPTR, $8
DATA ·last32+0(SB)/8, $0x20000000 // the last bit it has room for
GLOBL ·last32(SB), RODATA|NOPTR, $8
DATA ·one64+0(SB)/8, $1
GLOBL ·one64(SB), RODATA|NOPTR, $8
DATA ·half32+0(SB)/4, $0x7fff // just under half a unit of bfloat16
GLOBL ·half32(SB), RODATA|NOPTR, $4
DATA ·one32+0(SB)/4, $1
GLOBL ·one32(SB), RODATA|NOPTR, $4

// Bounds on codes without their sign, doubled.
DATA ·special16+0(SB)/4, $0xf800f800 // infinities and NaN
GLOBL ·special16(SB), RODATA|NOPTR, $4
DATA ·special32+0(SB)/4, $0xff000000
GLOBL ·special32(SB), RODATA|NOPTR, $4
DATA ·overBF16+0(SB)/4, $0xfeff0000 // rounds to an infinite bfloat16
GLOBL ·overBF16(SB), RODATA|NOPTR, $4
DATA ·tiny32+0(SB)/4, $0x00fffffe // below: a subnormal, once 1 is taken away
GLOBL ·tiny32(SB), RODATA|NOPTR, $4

// Constants of whole numbers, see whole.go.
DATA ·toUnits+0(SB)/4, $0x4b800000 // 2²⁴
GLOBL ·toUnits(SB), RODATA|NOPTR, $4
DATA ·notMinus0+0(SB)/4, $0x7fff7fff // −0 and this make ffff, nothing else does
GLOBL ·notMinus0(SB), RODATA|NOPTR, $4
