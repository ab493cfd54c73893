#include "textflag.h"
#include "vector_amd64.h"

// Needs AVX2, FMA and F16C. The comments in portable.go say why each step is
// right; those here say only what differs. Lengths are multiples of the lanes
// given in impl_amd64.go.

// ODD32 makes y, a float64 or its truth rounded to odd, a float32 rounded to
// odd in x: the lower half of the same register. There is no rounding mode to
// choose here, so the bits below are cleared first and the conversion is
// exact, or, for float32 subnormals, rounds what is special or 0 later.
// Y12 is below32, Y13 last32, Y11 zero.
#define ODD32(y, x, low) \
	VPAND     Y12, y, low    \
	VPXOR     low, y, y      \
	VPCMPEQQ  Y11, low, low  \
	VPANDN    Y13, low, low  \
	VPOR      low, y, y      \
	VCVTPD2PSY y, x

// DIVIDE: s = s/Y14 with Y15 = 1/Y14, correctly rounded; a zero keeps its sign.
#define DIVIDE(s, q, r) \
	VMULPD       Y15, s, q \
	VMOVAPD      q, r      \
	VFMSUB213PD  s, Y14, r \
	VFNMADD231PD Y15, r, q \
	VMOVAPD      q, s

// func hasF16C() bool
TEXT ·hasF16C(SB), NOSPLIT, $0-1
	MOVL  $1, AX
	XORL  CX, CX
	CPUID
	BTL   $29, CX
	SETCS ret+0(FP)
	RET

// func mixAAVX2(dst *byte, srcs *[]byte, ns *float64, k, off, n int, d, rd float64, divide bool) (special bool)
TEXT ·mixAAVX2(SB), NOSPLIT, $0-73
	MOVQ         dst+0(FP), DI
	MOVQ         srcs+8(FP), SI
	MOVQ         ns+16(FP), BX
	MOVQ         k+24(FP), CX
	MOVQ         off+32(FP), AX
	MOVQ         n+40(FP), DX
	ADDQ         DX, DX
	ADDQ         AX, DX
	MOVBLZX      divide+64(FP), R11
	VPXOR        Y11, Y11, Y11
	VPBROADCASTQ ·below32(SB), Y12
	VPBROADCASTQ ·last32(SB), Y13
	VBROADCASTSD d+48(FP), Y14
	VBROADCASTSD rd+56(FP), Y15
	VPXOR        Y10, Y10, Y10

block:
	MOVQ         (SI), R10
	VBROADCASTSD (BX), Y8
	VCVTPH2PS    (R10)(AX*1), X0
	VCVTPH2PS    8(R10)(AX*1), X1
	VCVTPH2PS    16(R10)(AX*1), X2
	VCVTPH2PS    24(R10)(AX*1), X3
	VCVTPS2PD    X0, Y0
	VCVTPS2PD    X1, Y1
	VCVTPS2PD    X2, Y2
	VCVTPS2PD    X3, Y3
	VMULPD       Y8, Y0, Y0
	VMULPD       Y8, Y1, Y1
	VMULPD       Y8, Y2, Y2
	VMULPD       Y8, Y3, Y3
	MOVQ         SI, R8
	MOVQ         $1, R9

input:
	CMPQ         R9, CX
	JGE          quotient
	ADDQ         $24, R8
	MOVQ         (R8), R10
	VBROADCASTSD (BX)(R9*8), Y8
	VCVTPH2PS    (R10)(AX*1), X4
	VCVTPH2PS    8(R10)(AX*1), X5
	VCVTPH2PS    16(R10)(AX*1), X6
	VCVTPH2PS    24(R10)(AX*1), X7
	VCVTPS2PD    X4, Y4
	VCVTPS2PD    X5, Y5
	VCVTPS2PD    X6, Y6
	VCVTPS2PD    X7, Y7
	VFMADD231PD  Y8, Y4, Y0
	VFMADD231PD  Y8, Y5, Y1
	VFMADD231PD  Y8, Y6, Y2
	VFMADD231PD  Y8, Y7, Y3
	INCQ         R9
	JMP          input

quotient:
	TESTQ R11, R11
	JZ    multiply
	DIVIDE(Y0, Y4, Y5)
	DIVIDE(Y1, Y6, Y7)
	DIVIDE(Y2, Y8, Y9)
	DIVIDE(Y3, Y4, Y5)
	JMP   round

multiply:
	VMULPD Y15, Y0, Y0
	VMULPD Y15, Y1, Y1
	VMULPD Y15, Y2, Y2
	VMULPD Y15, Y3, Y3

round:
	ODD32(Y0, X0, Y4)
	ODD32(Y1, X1, Y5)
	ODD32(Y2, X2, Y6)
	ODD32(Y3, X3, Y7)
	VINSERTF128 $1, X1, Y0, Y0
	VINSERTF128 $1, X3, Y2, Y2
	VCVTPS2PH   $0, Y0, X0
	VCVTPS2PH   $0, Y2, X2
	VMOVDQU     X0, (DI)
	VMOVDQU     X2, 16(DI)
	VPADDW      X0, X0, X0
	VPADDW      X2, X2, X2
	VPMAXUW     X0, X10, X10
	VPMAXUW     X2, X10, X10
	ADDQ        $32, DI
	ADDQ        $32, AX
	CMPQ        AX, DX
	JLT         block

	VPBROADCASTD ·special16(SB), X0
	VPMAXUW      X10, X0, X0
	VPCMPEQW     X10, X0, X0
	VPTEST       X0, X0
	SETNE        special+72(FP)
	VZEROUPPER
	RET

// func divideAVX2(q *float64, n int, d, rd float64)
TEXT ·divideAVX2(SB), NOSPLIT, $0-32
	MOVQ         q+0(FP), DI
	MOVQ         n+8(FP), CX
	VBROADCASTSD d+16(FP), Y14
	VBROADCASTSD rd+24(FP), Y15

loop:
	VMOVUPD (DI), Y0
	DIVIDE(Y0, Y1, Y2)
	VMOVUPD Y0, (DI)
	ADDQ    $32, DI
	SUBQ    $4, CX
	JG      loop
	VZEROUPPER
	RET

// func solveAVX2(rows *float64, step, k, n int, d, rd float64)
TEXT ·solveAVX2(SB), NOSPLIT, $0-48
	MOVQ         rows+0(FP), DI
	MOVQ         step+8(FP), DX
	MOVQ         k+16(FP), CX
	MOVQ         n+24(FP), AX
	LEAQ         (DI)(AX*8), AX
	VPXOR        Y11, Y11, Y11
	VPCMPEQQ     Y12, Y12, Y12
	VPBROADCASTQ ·one64(SB), Y13
	VBROADCASTSD d+32(FP), Y14
	VBROADCASTSD rd+40(FP), Y15

block:
	VMOVUPD (DI), Y0
	VPXOR  Y1, Y1, Y1
	CMPQ   CX, $2
	JLT    quotient
	LEAQ   (DI)(DX*1), SI
	VMOVUPD (SI), Y2
	TWOSUM(Y0, Y2, Y3, Y1, Y4)
	VMOVAPD Y3, Y0
	JEQ    quotient
	VPXOR  Y6, Y6, Y6
	MOVQ   $2, R9

input:
	ADDQ         DX, SI
	VMOVUPD      (SI), Y2
	TWOSUM(Y0, Y2, Y3, Y5, Y4)
	VMOVAPD      Y3, Y0
	TWOSUM(Y1, Y5, Y3, Y7, Y4)
	VMOVAPD      Y3, Y1
	VPOR         Y7, Y6, Y6
	INCQ         R9
	CMPQ         R9, CX
	JLT          input

	// The last TwoSum, of S and −E.
	VSUBPD   Y1, Y0, Y3
	VSUBPD   Y0, Y3, Y4
	VSUBPD   Y4, Y3, Y5
	VSUBPD   Y0, Y5, Y5
	VADDPD   Y1, Y4, Y4
	VADDPD   Y4, Y5, Y1
	VPCMPEQQ Y11, Y6, Y6
	VPXOR    Y12, Y6, Y6
	VPOR     Y6, Y3, Y0

quotient:
	VMULPD       Y15, Y0, Y2 // q
	VMOVAPD      Y2, Y3
	VFMSUB213PD  Y0, Y14, Y3
	VADDPD       Y1, Y3, Y3
	VFNMADD231PD Y15, Y3, Y2
	VMOVAPD      Y2, Y3
	VFMSUB213PD  Y0, Y14, Y3
	VADDPD       Y1, Y3, Y3 // r, with the sign of q − truth

	// One unit down where r and q have one sign, up where they differ.
	VCMPPD   $4, Y11, Y3, Y4
	VPANDN   Y13, Y2, Y5    // 1 where q is even
	VPCMPEQQ Y13, Y5, Y5
	VPAND    Y4, Y5, Y4
	VPXOR    Y2, Y3, Y3
	VPCMPGTQ Y3, Y11, Y3
	VPOR     Y13, Y3, Y3
	VPAND    Y4, Y3, Y3
	VPSUBQ   Y3, Y2, Y2
	VMOVUPD  Y2, (DI)
	ADDQ     $32, DI
	CMPQ     DI, AX
	JLT      block
	VZEROUPPER
	RET

// func roundF16AVX2(dst *byte, q *float64, n int) (special bool)
TEXT ·roundF16AVX2(SB), NOSPLIT, $0-25
	MOVQ         dst+0(FP), DI
	MOVQ         q+8(FP), SI
	MOVQ         n+16(FP), CX
	VPXOR        Y11, Y11, Y11
	VPBROADCASTQ ·below32(SB), Y12
	VPBROADCASTQ ·last32(SB), Y13
	VPXOR        Y10, Y10, Y10

loop:
	VMOVUPD     (SI), Y0
	VMOVUPD     32(SI), Y1
	ODD32(Y0, X0, Y4)
	ODD32(Y1, X1, Y5)
	VINSERTF128 $1, X1, Y0, Y0
	VCVTPS2PH   $0, Y0, X0
	VMOVDQU     X0, (DI)
	VPADDW      X0, X0, X0
	VPMAXUW     X0, X10, X10
	ADDQ        $64, SI
	ADDQ        $16, DI
	SUBQ        $8, CX
	JG          loop
	VPBROADCASTD ·special16(SB), X0
	VPMAXUW      X10, X0, X0
	VPCMPEQW     X10, X0, X0
	VPTEST       X0, X0
	SETNE        special+24(FP)
	VZEROUPPER
	RET

// func roundBF16AVX2(dst *byte, q *float64, n int) (special bool)
//
// A subnormal loses its sticky bit on the way through float32: it is special.
TEXT ·roundBF16AVX2(SB), NOSPLIT, $0-25
	MOVQ         dst+0(FP), DI
	MOVQ         q+8(FP), SI
	MOVQ         n+16(FP), CX
	VPXOR        Y11, Y11, Y11
	VPBROADCASTQ ·below32(SB), Y12
	VPBROADCASTQ ·last32(SB), Y13
	VPBROADCASTD ·half32(SB), Y14
	VPBROADCASTD ·one32(SB), Y15
	VPXOR        Y8, Y8, Y8
	VPCMPEQD     Y9, Y9, Y9
	VPCMPEQD     Y10, Y10, Y10

loop:
	VMOVUPD     (SI), Y0
	VMOVUPD     32(SI), Y1
	ODD32(Y0, X0, Y4)
	ODD32(Y1, X1, Y5)
	VINSERTF128 $1, X1, Y0, Y0
	VPADDD      Y0, Y0, Y1
	VPMAXUD     Y1, Y8, Y8
	VPADDD      Y10, Y1, Y1
	VPMINUD     Y1, Y9, Y9
	VPSRLD      $16, Y0, Y1
	VPAND       Y15, Y1, Y1
	VPADDD      Y14, Y0, Y0
	VPADDD      Y1, Y0, Y0
	VPSRLD      $16, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW   X1, X0, X0
	VMOVDQU     X0, (DI)
	ADDQ        $64, SI
	ADDQ        $16, DI
	SUBQ        $8, CX
	JG          loop

	VPBROADCASTD ·overBF16(SB), Y0
	VPMAXUD      Y8, Y0, Y0
	VPCMPEQD     Y8, Y0, Y0
	VPBROADCASTD ·tiny32(SB), Y1
	VPMINUD      Y9, Y1, Y1
	VPCMPEQD     Y9, Y1, Y1
	VPOR         Y0, Y1, Y0
	VPTEST       Y0, Y0
	SETNE        special+24(FP)
	VZEROUPPER
	RET

// func roundF32AVX2(dst *byte, q *float64, n int) (special bool)
TEXT ·roundF32AVX2(SB), NOSPLIT, $0-25
	MOVQ  dst+0(FP), DI
	MOVQ  q+8(FP), SI
	MOVQ  n+16(FP), CX
	VPXOR X10, X10, X10

loop:
	VCVTPD2PSY (SI), X0
	VMOVDQU    X0, (DI)
	VPADDD     X0, X0, X0
	VPMAXUD    X0, X10, X10
	ADDQ       $32, SI
	ADDQ       $16, DI
	SUBQ       $4, CX
	JG         loop

	VPBROADCASTD ·special32(SB), X0
	VPMAXUD      X10, X0, X0
	VPCMPEQD     X10, X0, X0
	VPTEST       X0, X0
	SETNE        special+24(FP)
	VZEROUPPER
	RET
