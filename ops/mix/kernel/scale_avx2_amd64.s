#include "textflag.h"
#include "vector_amd64.h"

// The scalers: read, widen, multiply, maybe add, and note the extremes of the
// codes; see impl.go.

// SCAN16 and SCAN32 note the doubled codes of a whole vector: Y14 has all bits
// set, Y12 gathers the least complement of most, Y13 the least.
#define SCAN16(src) \
	VMOVDQU src, Y8        \
	VPADDW  Y8, Y8, Y8     \
	VPXOR   Y14, Y8, Y9    \
	VPADDW  Y14, Y8, Y8    \
	VPMINUW Y9, Y12, Y12   \
	VPMINUW Y8, Y13, Y13

#define SCAN32(src) \
	VMOVDQU src, Y8        \
	VPADDD  Y8, Y8, Y8     \
	VPXOR   Y14, Y8, Y9    \
	VPADDD  Y14, Y8, Y8    \
	VPMINUD Y9, Y12, Y12   \
	VPMINUD Y8, Y13, Y13

#define RESULT16 \
	VEXTRACTI128 $1, Y12, X1    \
	VPMINUW      X1, X12, X0    \
	VEXTRACTI128 $1, Y13, X3    \
	VPMINUW      X3, X13, X2    \
	LEAST16(most+40(FP), least+44(FP))

#define RESULT32 \
	VEXTRACTI128 $1, Y12, X1    \
	VPMINUD      X1, X12, X0    \
	VEXTRACTI128 $1, Y13, X3    \
	VPMINUD      X3, X13, X2    \
	LEAST32(most+40(FP), least+44(FP))

#define MULTIPLY4 \
	VMULPD Y15, Y0, Y0 \
	VMULPD Y15, Y1, Y1 \
	VMULPD Y15, Y2, Y2 \
	VMULPD Y15, Y3, Y3

#define ADD4 \
	VMOVUPD     (DI), Y4      \
	VMOVUPD     32(DI), Y5    \
	VMOVUPD     64(DI), Y6    \
	VMOVUPD     96(DI), Y7    \
	VFMADD213PD Y4, Y15, Y0   \
	VFMADD213PD Y5, Y15, Y1   \
	VFMADD213PD Y6, Y15, Y2   \
	VFMADD213PD Y7, Y15, Y3

#define STORE4 \
	VMOVUPD Y0, (DI)    \
	VMOVUPD Y1, 32(DI)  \
	VMOVUPD Y2, 64(DI)  \
	VMOVUPD Y3, 96(DI)  \
	ADDQ    $128, DI    \
	SUBQ    $16, CX

#define SCALE(READ, BYTES, RESULT) \
	MOVQ         x+0(FP), DI       \
	MOVQ         src+8(FP), SI     \
	MOVQ         n+16(FP), CX      \
	VBROADCASTSD c+24(FP), Y15     \
	MOVBLZX      add+32(FP), AX    \
	VPCMPEQD     Y12, Y12, Y12     \
	VMOVDQA      Y12, Y13          \
	VMOVDQA      Y12, Y14          \
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
	VCVTPH2PS (SI), X0     \
	VCVTPH2PS 8(SI), X1    \
	VCVTPH2PS 16(SI), X2   \
	VCVTPH2PS 24(SI), X3   \
	VCVTPS2PD X0, Y0       \
	VCVTPS2PD X1, Y1       \
	VCVTPS2PD X2, Y2       \
	VCVTPS2PD X3, Y3

#define READBF16 \
	SCAN16((SI))           \
	VPMOVZXWD (SI), X0     \
	VPMOVZXWD 8(SI), X1    \
	VPMOVZXWD 16(SI), X2   \
	VPMOVZXWD 24(SI), X3   \
	VPSLLD    $16, X0, X0  \
	VPSLLD    $16, X1, X1  \
	VPSLLD    $16, X2, X2  \
	VPSLLD    $16, X3, X3  \
	VCVTPS2PD X0, Y0       \
	VCVTPS2PD X1, Y1       \
	VCVTPS2PD X2, Y2       \
	VCVTPS2PD X3, Y3

#define READF32 \
	SCAN32((SI))           \
	SCAN32(32(SI))         \
	VCVTPS2PD (SI), Y0     \
	VCVTPS2PD 16(SI), Y1   \
	VCVTPS2PD 32(SI), Y2   \
	VCVTPS2PD 48(SI), Y3

// func scaleF16AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleF16AVX2(SB), NOSPLIT, $0-48
	SCALE(READF16, 32, RESULT16)

// func scaleBF16AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleBF16AVX2(SB), NOSPLIT, $0-48
	SCALE(READBF16, 32, RESULT16)

// func scaleF32AVX2(x *float64, src *byte, n int, c float64, add bool) (most, least uint32)
TEXT ·scaleF32AVX2(SB), NOSPLIT, $0-48
	SCALE(READF32, 64, RESULT32)
