#include "textflag.h"
#include "vector_amd64.h"

// Needs AVX512F, BW, DQ and VL. The comments in whole.go say why each step is
// right; those here say only what differs. Lengths are multiples of the lanes
// given in impl_amd64.go.

// func widenAVX512(row *int32, src *byte, n int) (most uint32, minus0 bool)
TEXT ·widenAVX512(SB), NOSPLIT, $0-29
	MOVQ         row+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         n+16(FP), CX
	VBROADCASTSS ·toUnits(SB), Z20
	VPBROADCASTD ·notMinus0(SB), Z21
	VPXORQ       Y26, Y26, Y26
	VPXORQ       Y27, Y27, Y27

loop:
	VMOVDQU16 (SI), Z2
	VCVTPH2PS (SI), Z0
	VCVTPH2PS 32(SI), Z1
	VPADDW    Z2, Z2, Z3
	VPADDW    Z21, Z2, Z2
	VPMAXUW   Z3, Z26, Z26
	VPMAXUW   Z2, Z27, Z27
	VMULPS    Z20, Z0, Z0
	VMULPS    Z20, Z1, Z1
	VCVTPS2DQ Z0, Z0
	VCVTPS2DQ Z1, Z1
	VMOVDQU32 Z0, (DI)
	VMOVDQU32 Z1, 64(DI)
	ADDQ      $64, SI
	ADDQ      $128, DI
	SUBQ      $32, CX
	JG        loop

	VEXTRACTI64X4 $1, Z26, Y0
	VEXTRACTI64X4 $1, Z27, Y2
	VPMAXUW       Y26, Y0, Y0
	VPMAXUW       Y27, Y2, Y2
	MOST16(most+24(FP), minus0+28(FP))
	VZEROUPPER
	RET

// SUM adds up the summands for 64 elements.
#define SUM(once, times, done) \
	VPXORD       Z0, Z0, Z0         \
	VPXORD       Z1, Z1, Z1         \
	VPXORD       Z2, Z2, Z2         \
	VPXORD       Z3, Z3, Z3         \
	MOVQ         BX, R8             \
once:                               \
	CMPQ         R8, R12            \
	JGE          times              \
	MOVQ         (R8), R10          \
	ADDQ         $16, R8            \
	ADDQ         SI, R10            \
	VPADDD       (R10), Z0, Z0      \
	VPADDD       64(R10), Z1, Z1    \
	VPADDD       128(R10), Z2, Z2   \
	VPADDD       192(R10), Z3, Z3   \
	JMP          once               \
times:                              \
	CMPQ         R8, R13            \
	JGE          done               \
	MOVQ         (R8), R10          \
	VPBROADCASTD 8(R8), Z16         \
	ADDQ         $16, R8            \
	ADDQ         SI, R10            \
	VPMULLD      (R10), Z16, Z4     \
	VPMULLD      64(R10), Z16, Z5   \
	VPMULLD      128(R10), Z16, Z6  \
	VPMULLD      192(R10), Z16, Z7  \
	VPADDD       Z4, Z0, Z0         \
	VPADDD       Z5, Z1, Z1         \
	VPADDD       Z6, Z2, Z2         \
	VPADDD       Z7, Z3, Z3         \
	JMP          times              \
done:

// ODD makes s a float32, rounded to odd.
#define ODD(s, f, back) \
	VCVTDQ2PS.RZ_SAE s, f             \
	VCVTPS2DQ        f, back          \
	VPCMPD           $4, back, s, K1  \
	VPORD            Z21, f, K1, f    \
	VMOVAPS          f, s

// DIVIDE: q = s/Z22 with Z23 = 1/Z22.
#define DIVIDE(s, q, r) \
	VMULPS       Z23, s, q \
	VMOVAPS      q, r      \
	VFMSUB213PS  s, Z22, r \
	VFNMADD231PS Z23, r, q

// QUOTIENTS writes 64 results.
#define QUOTIENTS \
	DIVIDE(Z0, Z4, Z5)    \
	DIVIDE(Z1, Z6, Z7)    \
	DIVIDE(Z2, Z8, Z9)    \
	DIVIDE(Z3, Z10, Z11)  \
	VCVTPS2PH $0, Z4, Y4  \
	VCVTPS2PH $0, Z6, Y6  \
	VCVTPS2PH $0, Z8, Y8  \
	VCVTPS2PH $0, Z10, Y10 \
	VMOVDQU   Y4, (DI)    \
	VMOVDQU   Y6, 32(DI)  \
	VMOVDQU   Y8, 64(DI)  \
	VMOVDQU   Y10, 96(DI) \
	ADDQ      $128, DI    \
	ADDQ      $256, SI    \
	SUBQ      $64, DX

// func blendAVX512(dst *byte, rows *int32, terms *summand, once, k, n int, d, rd float32, exact bool)
TEXT ·blendAVX512(SB), NOSPLIT, $0-57
	MOVQ         dst+0(FP), DI
	MOVQ         rows+8(FP), SI
	MOVQ         terms+16(FP), BX
	MOVQ         once+24(FP), R12
	MOVQ         k+32(FP), R13
	MOVQ         n+40(FP), DX
	SHLQ         $4, R12
	SHLQ         $4, R13
	ADDQ         BX, R12
	ADDQ         BX, R13
	VPBROADCASTD ·one32(SB), Z21
	VBROADCASTSS d+48(FP), Z22
	VBROADCASTSS rd+52(FP), Z23
	MOVBLZX      exact+56(FP), AX
	TESTL        AX, AX
	JNZ          small

block:
	SUM(once, times, sum)
	ODD(Z0, Z4, Z5)
	ODD(Z1, Z6, Z7)
	ODD(Z2, Z8, Z9)
	ODD(Z3, Z10, Z11)
	QUOTIENTS
	JG block
	VZEROUPPER
	RET

small:
	SUM(smallOnce, smallTimes, smallSum)
	VCVTDQ2PS Z0, Z0
	VCVTDQ2PS Z1, Z1
	VCVTDQ2PS Z2, Z2
	VCVTDQ2PS Z3, Z3
	QUOTIENTS
	JG small
	VZEROUPPER
	RET
