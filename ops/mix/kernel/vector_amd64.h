// What the vector routines of both widths share.

// TWOSUM: sum = a+b rounded, over = sum − (a+b) exactly; v is scratch.
#define TWOSUM(a, b, sum, over, v) \
	VADDPD b, a, sum      \
	VSUBPD a, sum, v      \
	VSUBPD v, sum, over   \
	VSUBPD a, over, over  \
	VSUBPD b, v, v        \
	VADDPD v, over, over

// LEAST16 ends a scan: the low vectors X0, the complement of most, and X2 hold
// eight candidates each; LEAST32 the same with four.
#define LEAST16(most, least) \
	VPHMINPOSUW X0, X0     \
	VPHMINPOSUW X2, X2     \
	VMOVD       X0, AX     \
	XORL        $0xffff, AX \
	MOVWLZX     AX, AX     \
	MOVL        AX, most   \
	VMOVD       X2, AX     \
	MOVWLZX     AX, AX     \
	MOVL        AX, least

#define LEAST32(most, least) \
	VPSHUFD $0x4e, X0, X1 \
	VPSHUFD $0x4e, X2, X3 \
	VPMINUD X1, X0, X0    \
	VPMINUD X3, X2, X2    \
	VPSHUFD $0xb1, X0, X1 \
	VPSHUFD $0xb1, X2, X3 \
	VPMINUD X1, X0, X0    \
	VPMINUD X3, X2, X2    \
	VMOVD   X0, AX        \
	NOTL    AX            \
	MOVL    AX, most      \
	VMOVD   X2, AX        \
	MOVL    AX, least

// MOST16 ends the other scan: Y0 and Y2 hold sixteen candidates each, for most
// and for minus0, which is whether the greatest is ffff.
#define MOST16(most, minus0) \
	VPCMPEQD     Y4, Y4, Y4  \
	VPXOR        Y4, Y0, Y0  \
	VPXOR        Y4, Y2, Y2  \
	VEXTRACTI128 $1, Y0, X1  \
	VEXTRACTI128 $1, Y2, X3  \
	VPMINUW      X1, X0, X0  \
	VPMINUW      X3, X2, X2  \
	VPHMINPOSUW  X0, X0      \
	VPHMINPOSUW  X2, X2      \
	VMOVD        X0, AX      \
	XORL         $0xffff, AX \
	MOVWLZX      AX, AX      \
	MOVL         AX, most    \
	VMOVD        X2, AX      \
	TESTW        AX, AX      \
	SETEQ        minus0
