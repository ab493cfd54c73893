#include "textflag.h"
#include "vector_amd64.h"

// The scalers: read, widen, multiply, maybe add, and note the extremes of the
// codes; see impl.go.

// LIMITS starts the scan: most is kept as the least complement.
#define LIMITS \
	VPTERNLOGD $0xff, Z28, Z28, Z28 \
	VMOVDQA64  Z28, Z26             \
	VMOVDQA64  Z28, Z27

// SCAN16 and SCAN32 note the doubled codes of a whole vector.
#define SCAN16(src) \
	VMOVDQU16 src, Z12       \
	VPADDW    Z12, Z12, Z12  \
	VPXORD    Z28, Z12, Z13  \
	VPADDW    Z28, Z12, Z12  \
	VPMINUW   Z13, Z26, Z26  \
	VPMINUW   Z12, Z27, Z27

#define SCAN32(src) \
	VMOVDQU32 src, Z12       \
	VPADDD    Z12, Z12, Z12  \
	VPXORD    Z28, Z12, Z13  \
	VPADDD    Z28, Z12, Z12  \
	VPMINUD   Z13, Z26, Z26  \
	VPMINUD   Z12, Z27, Z27

#define FOLD(MIN, z, y, x, ty, tx) \
	VEXTRACTI64X4 $1, z, ty \
	MIN           ty, y, y  \
	VEXTRACTI128  $1, y, tx \
	MIN           tx, x, x

#define RESULT16 \
	VMOVDQA64   Z26, Z0               \
	VMOVDQA64   Z27, Z2               \
	FOLD(VPMINUW, Z0, Y0, X0, Y1, X1) \
	FOLD(VPMINUW, Z2, Y2, X2, Y3, X3) \
	LEAST16(most+40(FP), least+44(FP))

#define RESULT32 \
	VMOVDQA64   Z26, Z0               \
	VMOVDQA64   Z27, Z2               \
	FOLD(VPMINUD, Z0, Y0, X0, Y1, X1) \
	FOLD(VPMINUD, Z2, Y2, X2, Y3, X3) \
	LEAST32(most+40(FP), least+44(FP))

#define SCALEARGS \
	MOVQ         x+0(FP), DI       \
	MOVQ         src+8(FP), SI     \
	MOVQ         n+16(FP), CX      \
	VBROADCASTSD c+24(FP), Z16     \
	MOVBLZX      add+32(FP), AX    \
	LIMITS

// WRITE4 puts c times four vectors into x, or adds them; 8 lanes each.
#define MULTIPLY4 \
	VMULPD  Z16, Z0, Z0 \
	VMULPD  Z16, Z1, Z1 \
	VMULPD  Z16, Z2, Z2 \
	VMULPD  Z16, Z3, Z3

#define ADD4 \
	VMOVUPD     (DI), Z4      \
	VMOVUPD     64(DI), Z5    \
	VMOVUPD     128(DI), Z6   \
	VMOVUPD     192(DI), Z7   \
	VFMADD213PD Z4, Z16, Z0   \
	VFMADD213PD Z5, Z16, Z1   \
	VFMADD213PD Z6, Z16, Z2   \
	VFMADD213PD Z7, Z16, Z3

#define STORE4 \
	VMOVUPD Z0, (DI)    \
	VMOVUPD Z1, 64(DI)  \
	VMOVUPD Z2, 128(DI) \
	VMOVUPD Z3, 192(DI) \
	ADDQ    $256, DI    \
	SUBQ    $32, CX

#define SCALE(READ, BYTES, RESULT) \
	SCALEARGS          \
	TESTL AX, AX       \
	JNZ   add          \
first:                 \
	READ               \
	ADDQ  $BYTES, SI   \
	MULTIPLY4          \
	STORE4             \
	JG    first        \
	JMP   done         \
add:                   \
	READ               \
	ADDQ  $BYTES, SI   \
	ADD4               \
	STORE4             \
	JG    add          \
done:                  \
	RESULT             \
	VZEROUPPER         \
	RET

#define READF16 \
	SCAN16((SI))           \
	VCVTPH2PS (SI), Y0     \
	VCVTPH2PS 16(SI), Y1   \
	VCVTPH2PS 32(SI), Y2   \
	VCVTPH2PS 48(SI), Y3   \
	VCVTPS2PD Y0, Z0       \
	VCVTPS2PD Y1, Z1       \
	VCVTPS2PD Y2, Z2       \
	VCVTPS2PD Y3, Z3

#define READBF16 \
	SCAN16((SI))           \
	VPMOVZXWD (SI), Y0     \
	VPMOVZXWD 16(SI), Y1   \
	VPMOVZXWD 32(SI), Y2   \
	VPMOVZXWD 48(SI), Y3   \
	VPSLLD    $16, Y0, Y0  \
	VPSLLD    $16, Y1, Y1  \
	VPSLLD    $16, Y2, Y2  \
	VPSLLD    $16, Y3, Y3  \
	VCVTPS2PD Y0, Z0       \
	VCVTPS2PD Y1, Z1       \
	VCVTPS2PD Y2, Z2       \
	VCVTPS2PD Y3, Z3

#define READF32 \
	SCAN32((SI))           \
	SCAN32(64(SI))         \
	VCVTPS2PD (SI), Z0     \
	VCVTPS2PD 32(SI), Z1   \
	VCVTPS2PD 64(SI), Z2   \
	VCVTPS2PD 96(SI), Z3

// func scaleF16AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleF16AVX512(SB), NOSPLIT, $0-48
	SCALE(READF16, 64, RESULT16)

// func scaleBF16AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleBF16AVX512(SB), NOSPLIT, $0-48
	SCALE(READBF16, 64, RESULT16)

// func scaleF32AVX512(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleF32AVX512(SB), NOSPLIT, $0-48
	SCALE(READF32, 128, RESULT32)
