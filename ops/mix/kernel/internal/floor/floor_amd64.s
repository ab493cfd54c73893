#include "textflag.h"

#define ARGS \
	MOVQ srcs+0(FP), SI \
	MOVQ ns+8(FP), BX   \
	MOVQ k+16(FP), CX   \
	MOVQ n+24(FP), DX   \
	XORQ AX, AX

// Each loop is over elements AX < DX, with an inner one over inputs R9 < CX.
#define FIRST \
	MOVQ SI, R8   \
	MOVQ (R8), R10 \
	MOVQ $1, R9

#define NEXT(done) \
	CMPQ R9, CX    \
	JGE  done      \
	ADDQ $24, R8   \
	MOVQ (R8), R10

#define F16_512(z, y) \
	VCVTPH2PS (R10)(AX*2), y \
	VCVTPS2PD y, z

#define BF16_512(z, y) \
	VPMOVZXWD (R10)(AX*2), y \
	VPSLLD    $16, y, y      \
	VCVTPS2PD y, z

#define F32_512(z, y) \
	VCVTPS2PD (R10)(AX*4), z

#define LOOP512(WIDEN, NARROW) \
	ARGS                            \
	VBROADCASTSD d+32(FP), Z8       \
elements:                           \
	FIRST                           \
	VBROADCASTSD (BX), Z9           \
	WIDEN(Z0, Y0)                   \
	VMULPD       Z9, Z0, Z0         \
inputs:                             \
	NEXT(quotient)                  \
	VBROADCASTSD (BX)(R9*8), Z9     \
	WIDEN(Z1, Y1)                   \
	VFMADD231PD  Z9, Z1, Z0         \
	INCQ         R9                 \
	JMP          inputs             \
quotient:                           \
	VDIVPD       Z8, Z0, Z0         \
	VCVTPD2PS    Z0, Y0             \
	NARROW                          \
	ADDQ         $8, AX             \
	CMPQ         AX, DX             \
	JLT          elements           \
	VZEROUPPER                      \
	RET

#define TO_F16 VCVTPS2PH $0, Y0, X0
#define TO_BF16 VPSRLD $16, Y0, Y0
#define TO_F32

// func f16AVX512(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·f16AVX512(SB), NOSPLIT, $0-40
	LOOP512(F16_512, TO_F16)

// func bf16AVX512(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·bf16AVX512(SB), NOSPLIT, $0-40
	LOOP512(BF16_512, TO_BF16)

// func f32AVX512(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·f32AVX512(SB), NOSPLIT, $0-40
	LOOP512(F32_512, TO_F32)

#define F16_256(y, x) \
	VCVTPH2PS (R10)(AX*2), x \
	VCVTPS2PD x, y

#define BF16_256(y, x) \
	VPMOVZXWD (R10)(AX*2), x \
	VPSLLD    $16, x, x      \
	VCVTPS2PD x, y

#define F32_256(y, x) \
	VCVTPS2PD (R10)(AX*4), y

#define LOOP256(WIDEN, NARROW) \
	ARGS                            \
	VBROADCASTSD d+32(FP), Y8       \
elements:                           \
	FIRST                           \
	VBROADCASTSD (BX), Y9           \
	WIDEN(Y0, X0)                   \
	VMULPD       Y9, Y0, Y0         \
inputs:                             \
	NEXT(quotient)                  \
	VBROADCASTSD (BX)(R9*8), Y9     \
	WIDEN(Y1, X1)                   \
	VFMADD231PD  Y9, Y1, Y0         \
	INCQ         R9                 \
	JMP          inputs             \
quotient:                           \
	VDIVPD       Y8, Y0, Y0         \
	VCVTPD2PSY   Y0, X0             \
	NARROW                          \
	ADDQ         $4, AX             \
	CMPQ         AX, DX             \
	JLT          elements           \
	VZEROUPPER                      \
	RET

#define TO_F16_256 VCVTPS2PH $0, X0, X0
#define TO_BF16_256 VPSRLD $16, X0, X0

// func f16AVX2(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·f16AVX2(SB), NOSPLIT, $0-40
	LOOP256(F16_256, TO_F16_256)

// func bf16AVX2(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·bf16AVX2(SB), NOSPLIT, $0-40
	LOOP256(BF16_256, TO_BF16_256)

// func f32AVX2(srcs *[]byte, ns *float64, k, n int, d float64)
TEXT ·f32AVX2(SB), NOSPLIT, $0-40
	LOOP256(F32_256, TO_F32)
