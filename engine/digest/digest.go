package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Sum is a SHA-256 digest. Its text form is "sha256:" and 64 hexadecimal digits.
type Sum [sha256.Size]byte

// Of returns the SHA-256 of b.
func Of(b []byte) Sum { return sha256.Sum256(b) }

// IsZero reports whether s was never set.
func (s Sum) IsZero() bool { return s == Sum{} }

// Hex returns the 64 hexadecimal digits without a prefix.
func (s Sum) Hex() string { return hex.EncodeToString(s[:]) }

// Short returns the first ten digits, the length hubs call AutoV2.
func (s Sum) Short() string { return s.Hex()[:10] }

func (s Sum) String() string { return "sha256:" + s.Hex() }

// MarshalText implements encoding.TextMarshaler.
func (s Sum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Sum) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err == nil {
		*s = v
	}
	return err
}

// Parse reads a digest with or without its "sha256:" prefix, in either case.
func Parse(text string) (Sum, error) {
	var s Sum
	h := strings.TrimPrefix(text, "sha256:")
	if len(h) != 2*len(s) {
		return s, fmt.Errorf("parse digest %q: want 64 hexadecimal digits", text)
	}
	if _, err := hex.Decode(s[:], []byte(h)); err != nil {
		return s, fmt.Errorf("parse digest %q: %w", text, err)
	}
	return s, nil
}
