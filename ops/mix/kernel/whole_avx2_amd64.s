#include "textflag.h"
#include "vector_amd64.h"

// Needs AVX2, FMA and F16C. The comments in whole.go say why each step is
// right; those here say only what differs. Lengths are multiples of the lanes
// given in impl_amd64.go.

// func widenAVX2(row *int32, src *byte, n int) (most uint32, minus0 bool)
TEXT ·widenAVX2(SB), NOSPLIT, $0-29
	MOVQ         row+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         n+16(FP), CX
	VBROADCASTSS ·toUnits(SB), Y14
	VPBROADCASTD ·notMinus0(SB), Y15
	VPXOR        Y12, Y12, Y12
	VPXOR        Y13, Y13, Y13

loop:
	VMOVDQU   (SI), Y2
	VCVTPH2PS (SI), Y0
	VCVTPH2PS 16(SI), Y1
	VPADDW    Y2, Y2, Y3
	VPADDW    Y15, Y2, Y2
	VPMAXUW   Y3, Y12, Y12
	VPMAXUW   Y2, Y13, Y13
	VMULPS    Y14, Y0, Y0
	VMULPS    Y14, Y1, Y1
	VCVTPS2DQ Y0, Y0
	VCVTPS2DQ Y1, Y1
	VMOVDQU   Y0, (DI)
	VMOVDQU   Y1, 32(DI)
	ADDQ      $32, SI
	ADDQ      $64, DI
	SUBQ      $16, CX
	JG        loop

	VMOVDQA Y12, Y0
	VMOVDQA Y13, Y2
	MOST16(most+24(FP), minus0+28(FP))
	VZEROUPPER
	RET

// SUM adds up the summands for 32 elements.
#define SUM(once, times, done) \
	VPXOR        Y0, Y0, Y0        \
	VPXOR        Y1, Y1, Y1        \
	VPXOR        Y2, Y2, Y2        \
	VPXOR        Y3, Y3, Y3        \
	MOVQ         BX, R8            \
once:                              \
	CMPQ         R8, R12           \
	JGE          times             \
	MOVQ         (R8), R10         \
	ADDQ         $16, R8           \
	ADDQ         SI, R10           \
	VPADDD       (R10), Y0, Y0     \
	VPADDD       32(R10), Y1, Y1   \
	VPADDD       64(R10), Y2, Y2   \
	VPADDD       96(R10), Y3, Y3   \
	JMP          once              \
times:                             \
	CMPQ         R8, R13           \
	JGE          done              \
	MOVQ         (R8), R10         \
	VPBROADCASTD 8(R8), Y8         \
	ADDQ         $16, R8           \
	ADDQ         SI, R10           \
	VPMULLD      (R10), Y8, Y4     \
	VPMULLD      32(R10), Y8, Y5   \
	VPMULLD      64(R10), Y8, Y6   \
	VPMULLD      96(R10), Y8, Y7   \
	VPADDD       Y4, Y0, Y0        \
	VPADDD       Y5, Y1, Y1        \
	VPADDD       Y6, Y2, Y2        \
	VPADDD       Y7, Y3, Y3        \
	JMP          times             \
done:

// ODD makes s a float32, rounded to odd. The conversion rounds to nearest;
// lost is how far s is above that, and where its sign is not that of s, one
// unit is taken back first. Y13 is 1.
#define ODD(s, f, lost, down) \
	VCVTDQ2PS s, f           \
	VCVTPS2DQ f, lost        \
	VPSUBD    lost, s, lost  \
	VPSIGND   s, lost, down  \
	VPSRAD    $31, down, down \
	VPADDD    down, f, f     \
	VPMINUD   Y13, lost, lost \
	VPOR      lost, f, s

// DIVIDE: q = s/Y14 with Y15 = 1/Y14.
#define DIVIDE(s, q, r) \
	VMULPS       Y15, s, q \
	VMOVAPS      q, r      \
	VFMSUB213PS  s, Y14, r \
	VFNMADD231PS Y15, r, q

// QUOTIENTS writes 32 results.
#define QUOTIENTS \
	DIVIDE(Y0, Y4, Y5)    \
	DIVIDE(Y1, Y6, Y7)    \
	DIVIDE(Y2, Y8, Y9)    \
	DIVIDE(Y3, Y10, Y11)  \
	VCVTPS2PH $0, Y4, X4  \
	VCVTPS2PH $0, Y6, X6  \
	VCVTPS2PH $0, Y8, X8  \
	VCVTPS2PH $0, Y10, X10 \
	VMOVDQU   X4, (DI)    \
	VMOVDQU   X6, 16(DI)  \
	VMOVDQU   X8, 32(DI)  \
	VMOVDQU   X10, 48(DI) \
	ADDQ      $64, DI     \
	ADDQ      $128, SI    \
	SUBQ      $32, DX

// func blendAVX2(dst *byte, rows *int32, terms *summand, once, k, n int, d, rd float32, exact bool)
TEXT ·blendAVX2(SB), NOSPLIT, $0-57
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
	VPBROADCASTD ·one32(SB), Y13
	VBROADCASTSS d+48(FP), Y14
	VBROADCASTSS rd+52(FP), Y15
	MOVBLZX      exact+56(FP), AX
	TESTL        AX, AX
	JNZ          small

block:
	SUM(once, times, sum)
	ODD(Y0, Y4, Y5, Y6)
	ODD(Y1, Y7, Y8, Y9)
	ODD(Y2, Y4, Y5, Y6)
	ODD(Y3, Y7, Y8, Y9)
	QUOTIENTS
	JG block
	VZEROUPPER
	RET

small:
	SUM(smallOnce, smallTimes, smallSum)
	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	QUOTIENTS
	JG small
	VZEROUPPER
	RET
