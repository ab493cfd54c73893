#include "textflag.h"
#include "vector_amd64.h"

// Needs AVX512F, BW, DQ and VL. The comments in portable.go say why each step
// is right; those here say only what differs. Lengths are multiples of the
// lanes given in impl_amd64.go.

// ODD32 makes z, a float64 or its truth rounded to odd, a float32 rounded to
// odd in y: the lower half of the same register.
#define ODD32(z, y) \
	VPTESTMQ       Z20, z, K1    \
	VPORQ          Z21, z, K1, z \
	VCVTPD2PS.RZ_SAE z, y

// DIVIDE: s = s/Z22 with Z23 = 1/Z22, correctly rounded; a zero keeps its sign.
#define DIVIDE(s, q, r) \
	VMULPD       Z23, s, q \
	VMOVAPD      q, r      \
	VFMSUB213PD  s, Z22, r \
	VFNMADD231PD Z23, r, q \
	VMOVAPD      q, s

// func mixAAVX512(dst *byte, srcs *[]byte, ns *float64, k, off, n int, d, rd float64, divide bool) (special bool)
TEXT ·mixAAVX512(SB), NOSPLIT, $0-73
	MOVQ         dst+0(FP), DI
	MOVQ         srcs+8(FP), SI
	MOVQ         ns+16(FP), BX
	MOVQ         k+24(FP), CX
	MOVQ         off+32(FP), AX
	MOVQ         n+40(FP), DX
	ADDQ         DX, DX
	ADDQ         AX, DX
	MOVBLZX      divide+64(FP), R11
	VPBROADCASTQ ·below32(SB), Z20
	VPBROADCASTQ ·last32(SB), Z21
	VBROADCASTSD d+48(FP), Z22
	VBROADCASTSD rd+56(FP), Z23
	VPXORQ       Y24, Y24, Y24

block:
	MOVQ         (SI), R10
	VBROADCASTSD (BX), Z16
	VCVTPH2PS    (R10)(AX*1), Y0
	VCVTPH2PS    16(R10)(AX*1), Y1
	VCVTPH2PS    32(R10)(AX*1), Y2
	VCVTPH2PS    48(R10)(AX*1), Y3
	VCVTPS2PD    Y0, Z0
	VCVTPS2PD    Y1, Z1
	VCVTPS2PD    Y2, Z2
	VCVTPS2PD    Y3, Z3
	VMULPD       Z16, Z0, Z0
	VMULPD       Z16, Z1, Z1
	VMULPD       Z16, Z2, Z2
	VMULPD       Z16, Z3, Z3
	MOVQ         SI, R8
	MOVQ         $1, R9

input:
	CMPQ         R9, CX
	JGE          quotient
	ADDQ         $24, R8
	MOVQ         (R8), R10
	VBROADCASTSD (BX)(R9*8), Z16
	VCVTPH2PS    (R10)(AX*1), Y4
	VCVTPH2PS    16(R10)(AX*1), Y5
	VCVTPH2PS    32(R10)(AX*1), Y6
	VCVTPH2PS    48(R10)(AX*1), Y7
	VCVTPS2PD    Y4, Z4
	VCVTPS2PD    Y5, Z5
	VCVTPS2PD    Y6, Z6
	VCVTPS2PD    Y7, Z7
	VFMADD231PD  Z16, Z4, Z0
	VFMADD231PD  Z16, Z5, Z1
	VFMADD231PD  Z16, Z6, Z2
	VFMADD231PD  Z16, Z7, Z3
	INCQ         R9
	JMP          input

quotient:
	TESTQ R11, R11
	JZ    multiply
	DIVIDE(Z0, Z4, Z5)
	DIVIDE(Z1, Z6, Z7)
	DIVIDE(Z2, Z8, Z9)
	DIVIDE(Z3, Z10, Z11)
	JMP   round

multiply:
	VMULPD Z23, Z0, Z0
	VMULPD Z23, Z1, Z1
	VMULPD Z23, Z2, Z2
	VMULPD Z23, Z3, Z3

round:
	ODD32(Z0, Y0)
	ODD32(Z1, Y1)
	ODD32(Z2, Y2)
	ODD32(Z3, Y3)
	VINSERTF64X4 $1, Y1, Z0, Z0
	VINSERTF64X4 $1, Y3, Z2, Z2
	VCVTPS2PH    $0, Z0, Y0
	VCVTPS2PH    $0, Z2, Y2
	VMOVDQU      Y0, (DI)
	VMOVDQU      Y2, 32(DI)
	VPADDW       Y0, Y0, Y0
	VPADDW       Y2, Y2, Y2
	VPMAXUW      Y0, Y24, Y24
	VPMAXUW      Y2, Y24, Y24
	ADDQ         $64, DI
	ADDQ         $64, AX
	CMPQ         AX, DX
	JLT          block

	VPBROADCASTD ·special16(SB), Y0
	VPCMPUW      $5, Y0, Y24, K1
	KMOVD        K1, AX
	TESTL        AX, AX
	SETNE        special+72(FP)
	VZEROUPPER
	RET

// func divideAVX512(q *float64, n int, d, rd float64)
TEXT ·divideAVX512(SB), NOSPLIT, $0-32
	MOVQ         q+0(FP), DI
	MOVQ         n+8(FP), CX
	VBROADCASTSD d+16(FP), Z22
	VBROADCASTSD rd+24(FP), Z23

loop:
	VMOVUPD (DI), Z0
	DIVIDE(Z0, Z1, Z2)
	VMOVUPD Z0, (DI)
	ADDQ    $64, DI
	SUBQ    $8, CX
	JG      loop
	VZEROUPPER
	RET

// func solveAVX512(rows *float64, step, k, n int, d, rd float64)
TEXT ·solveAVX512(SB), NOSPLIT, $0-48
	MOVQ         rows+0(FP), DI
	MOVQ         step+8(FP), DX
	MOVQ         k+16(FP), CX
	MOVQ         n+24(FP), AX
	LEAQ         (DI)(AX*8), AX
	VPBROADCASTQ ·one64(SB), Z21
	VBROADCASTSD d+32(FP), Z22
	VBROADCASTSD rd+40(FP), Z23
	VPTERNLOGQ   $0xff, Z25, Z25, Z25
	VPXORQ       Z26, Z26, Z26

block:
	VMOVUPD (DI), Z0
	VPXORQ Z1, Z1, Z1
	CMPQ   CX, $2
	JLT    quotient
	LEAQ   (DI)(DX*1), SI
	VMOVUPD (SI), Z2
	TWOSUM(Z0, Z2, Z3, Z1, Z4)
	VMOVAPD Z3, Z0
	JEQ    quotient
	VPXORQ Z6, Z6, Z6
	MOVQ   $2, R9

input:
	ADDQ         DX, SI
	VMOVUPD      (SI), Z2
	TWOSUM(Z0, Z2, Z3, Z5, Z4)
	VMOVAPD      Z3, Z0
	TWOSUM(Z1, Z5, Z3, Z7, Z4)
	VMOVAPD      Z3, Z1
	VPORQ        Z7, Z6, Z6
	INCQ         R9
	CMPQ         R9, CX
	JLT          input

	// The last TwoSum, of S and −E.
	VSUBPD   Z1, Z0, Z3
	VSUBPD   Z0, Z3, Z4
	VSUBPD   Z4, Z3, Z5
	VSUBPD   Z0, Z5, Z5
	VADDPD   Z1, Z4, Z4
	VADDPD   Z4, Z5, Z1
	VMOVAPD  Z3, Z0
	VPTESTMQ Z6, Z6, K1
	VPORQ    Z25, Z0, K1, Z0

quotient:
	VMULPD       Z23, Z0, Z2 // q
	VMOVAPD      Z2, Z3
	VFMSUB213PD  Z0, Z22, Z3
	VADDPD       Z1, Z3, Z3
	VFNMADD231PD Z23, Z3, Z2
	VMOVAPD      Z2, Z3
	VFMSUB213PD  Z0, Z22, Z3
	VADDPD       Z1, Z3, Z3 // r, with the sign of q − truth

	// One unit down where r and q have one sign, up where they differ.
	VCMPPD    $4, Z26, Z3, K1
	VPTESTNMQ Z21, Z2, K1, K2
	VPXORQ    Z2, Z3, Z3
	VPSRAQ    $63, Z3, Z3
	VPORQ     Z21, Z3, Z3
	VPSUBQ    Z3, Z2, K2, Z2
	VMOVUPD   Z2, (DI)
	ADDQ      $64, DI
	CMPQ      DI, AX
	JLT       block
	VZEROUPPER
	RET

// func roundF16AVX512(dst *byte, q *float64, n int) (special bool)
TEXT ·roundF16AVX512(SB), NOSPLIT, $0-25
	MOVQ         dst+0(FP), DI
	MOVQ         q+8(FP), SI
	MOVQ         n+16(FP), CX
	VPBROADCASTQ ·below32(SB), Z20
	VPBROADCASTQ ·last32(SB), Z21
	VPXORQ       Y24, Y24, Y24

loop:
	VMOVUPD      (SI), Z0
	VMOVUPD      64(SI), Z1
	ODD32(Z0, Y0)
	ODD32(Z1, Y1)
	VINSERTF64X4 $1, Y1, Z0, Z0
	VCVTPS2PH    $0, Z0, Y0
	VMOVDQU      Y0, (DI)
	VPADDW       Y0, Y0, Y0
	VPMAXUW      Y0, Y24, Y24
	ADDQ         $128, SI
	ADDQ         $32, DI
	SUBQ         $16, CX
	JG           loop
	VPBROADCASTD ·special16(SB), Y0
	VPCMPUW      $5, Y0, Y24, K1
	KMOVD        K1, AX
	TESTL        AX, AX
	SETNE        special+24(FP)
	VZEROUPPER
	RET

// func roundBF16AVX512(dst *byte, q *float64, n int) (special bool)
//
// A subnormal loses its sticky bit on the way through float32: it is special.
TEXT ·roundBF16AVX512(SB), NOSPLIT, $0-25
	MOVQ         dst+0(FP), DI
	MOVQ         q+8(FP), SI
	MOVQ         n+16(FP), CX
	VPBROADCASTQ ·below32(SB), Z20
	VPBROADCASTQ ·last32(SB), Z21
	VPBROADCASTD ·half32(SB), Y22
	VPBROADCASTD ·one32(SB), Y23
	VPXORQ       Y24, Y24, Y24
	VPTERNLOGD   $0xff, Y25, Y25, Y25
	VMOVDQA64    Y25, Y26

loop:
	VMOVUPD (SI), Z0
	ODD32(Z0, Y0)
	VPADDD  Y0, Y0, Y1
	VPMAXUD Y1, Y24, Y24
	VPADDD  Y26, Y1, Y1
	VPMINUD Y1, Y25, Y25
	VPSRLD  $16, Y0, Y1
	VPANDD  Y23, Y1, Y1
	VPADDD  Y22, Y0, Y0
	VPADDD  Y1, Y0, Y0
	VPSRLD  $16, Y0, Y0
	VPMOVDW Y0, (DI)
	ADDQ    $64, SI
	ADDQ    $16, DI
	SUBQ    $8, CX
	JG      loop

	VPBROADCASTD ·overBF16(SB), Y0
	VPCMPUD      $5, Y0, Y24, K1
	VPBROADCASTD ·tiny32(SB), Y0
	VPCMPUD      $2, Y0, Y25, K2
	KORW         K1, K2, K1
	KMOVW        K1, AX
	TESTL        AX, AX
	SETNE        special+24(FP)
	VZEROUPPER
	RET

// func roundF32AVX512(dst *byte, q *float64, n int) (special bool)
TEXT ·roundF32AVX512(SB), NOSPLIT, $0-25
	MOVQ   dst+0(FP), DI
	MOVQ   q+8(FP), SI
	MOVQ   n+16(FP), CX
	VPXORQ Y24, Y24, Y24

loop:
	VCVTPD2PS (SI), Y0
	VMOVDQU   Y0, (DI)
	VPADDD    Y0, Y0, Y0
	VPMAXUD   Y0, Y24, Y24
	ADDQ      $64, SI
	ADDQ      $32, DI
	SUBQ      $8, CX
	JG        loop

	VPBROADCASTD ·special32(SB), Y0
	VPCMPUD      $5, Y0, Y24, K1
	KMOVW        K1, AX
	TESTL        AX, AX
	SETNE        special+24(FP)
	VZEROUPPER
	RET
