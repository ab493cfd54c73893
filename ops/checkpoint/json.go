package checkpoint

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// scanner reads the JSON of a header, which is known to be valid UTF-8. It is
// written for this one grammar: encoding/json keeps the last of two equal keys
// silently and takes ten times as long.
type scanner struct {
	b []byte
	i int
}

var errDeep = errors.New("is nested too deeply")

// expected describes what stands where something else should.
func (s *scanner) expected(what string) error {
	if s.i >= len(s.b) {
		return fmt.Errorf("ends where %s should be", what)
	}
	return fmt.Errorf("has %s where %s should be", s.here(), what)
}

// here names the next character and its place in the header.
func (s *scanner) here() string {
	r, _ := utf8.DecodeRune(s.b[s.i:])
	return fmt.Sprintf("%q at byte %d", r, s.i)
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take consumes c, which is not NUL, if it comes next.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

func (s *scanner) need(c byte) error {
	if !s.take(c) {
		return s.expected(fmt.Sprintf("%q", c))
	}
	return nil
}

// object reads {"key": value, …} and calls member with each key, which must
// read the value. The key is only valid until then.
func (s *scanner) object(member func(key []byte) error) error {
	if err := s.need('{'); err != nil {
		return err
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.text()
		if err != nil {
			return err
		}
		if err := s.need(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if err := s.need(','); err != nil {
			return s.expected("',' or '}'")
		}
	}
}

// array reads [value, …] and calls element for each.
func (s *scanner) array(element func() error) error {
	if err := s.need('['); err != nil {
		return err
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if err := s.need(','); err != nil {
			return s.expected("',' or ']'")
		}
	}
}

// text reads a string. The result aliases the header unless it has escapes.
func (s *scanner) text() ([]byte, error) {
	if !s.take('"') {
		return nil, s.expected("a string")
	}
	start := s.i
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1], nil
		case c == '\\':
			return s.escaped(append([]byte(nil), s.b[start:s.i]...))
		case c < ' ':
			return nil, fmt.Errorf("has a control character at byte %d inside a string", s.i)
		}
	}
	return nil, errors.New("ends inside a string")
}

// escaped reads the rest of a string that has escapes.
func (s *scanner) escaped(out []byte) ([]byte, error) {
	for s.i < len(s.b) {
		c := s.b[s.i]
		switch {
		case c == '"':
			s.i++
			return out, nil
		case c < ' ':
			return nil, fmt.Errorf("has a control character at byte %d inside a string", s.i)
		case c != '\\':
			out = append(out, c)
			s.i++
			continue
		}
		s.i++
		if s.i >= len(s.b) {
			break
		}
		c = s.b[s.i]
		s.i++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, err := s.codePoint()
			if err != nil {
				return nil, err
			}
			out = utf8.AppendRune(out, r)
		default:
			return nil, fmt.Errorf("has an unknown escape in a string at byte %d", s.i-2)
		}
	}
	return nil, errors.New("ends inside a string")
}

// codePoint reads what follows \u, and the second half of a surrogate pair.
func (s *scanner) codePoint() (rune, error) {
	at := s.i - 2
	hi, ok := s.hex4()
	if !ok {
		return 0, fmt.Errorf(`has a \u at byte %d without four hexadecimal digits`, at)
	}
	if hi < 0xD800 || hi > 0xDFFF {
		return hi, nil
	}
	if hi < 0xDC00 && s.i+1 < len(s.b) && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
		s.i += 2
		if lo, ok := s.hex4(); ok && lo >= 0xDC00 && lo <= 0xDFFF {
			return 0x10000 + (hi-0xD800)<<10 + (lo - 0xDC00), nil
		}
	}
	return 0, fmt.Errorf("has half a surrogate pair at byte %d, which is no character", at)
}

func (s *scanner) hex4() (rune, bool) {
	if s.i+4 > len(s.b) {
		return 0, false
	}
	var r rune
	for _, c := range s.b[s.i : s.i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.i += 4
	return r, true
}

// whole reads a number without sign, fraction and exponent below 2^63.
func (s *scanner) whole() (int64, error) {
	c := s.peek()
	if c == '-' {
		return 0, fmt.Errorf("has a negative number at byte %d", s.i)
	}
	if c < '0' || c > '9' {
		return 0, s.expected("a whole number")
	}
	at, n := s.i, int64(0)
	for ; s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9'; s.i++ {
		d := int64(s.b[s.i] - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, fmt.Errorf("has a number at byte %d that is too large", at)
		}
		n = 10*n + d
	}
	if s.b[at] == '0' && s.i > at+1 {
		return 0, fmt.Errorf("has a number with a leading zero at byte %d", at)
	}
	if s.i < len(s.b) {
		switch s.b[s.i] {
		case '.', 'e', 'E':
			return 0, fmt.Errorf("has a number at byte %d that is not written as a whole one", at)
		}
	}
	return n, nil
}

// skip reads any value and forgets it.
// depth is how many objects and arrays it is in.
func (s *scanner) skip(depth int) error {
	switch c := s.peek(); {
	case (c == '{' || c == '[') && depth == maxDepth:
		return errDeep
	case c == '{':
		return s.object(func([]byte) error { return s.skip(depth + 1) })
	case c == '[':
		return s.array(func() error { return s.skip(depth + 1) })
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if s.word(word) {
			return nil
		}
	}
	return s.expected("a value")
}

func (s *scanner) word(w string) bool {
	if s.peek(); s.i+len(w) <= len(s.b) && string(s.b[s.i:s.i+len(w)]) == w {
		s.i += len(w)
		return true
	}
	return false
}

// number reads any JSON number that a float64 can hold.
func (s *scanner) number() error {
	from := s.i
	digits := func() bool {
		from := s.i
		for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
			s.i++
		}
		return s.i > from
	}
	at := func(set string) bool {
		for _, c := range []byte(set) {
			if s.i < len(s.b) && s.b[s.i] == c {
				s.i++
				return true
			}
		}
		return false
	}
	at("-")
	if !at("0") && !digits() {
		return s.expected("a digit")
	}
	if at(".") && !digits() {
		return s.expected("a digit")
	}
	if at("eE") {
		at("+-")
		if !digits() {
			return s.expected("a digit")
		}
	}
	if _, err := strconv.ParseFloat(string(s.b[from:s.i]), 64); err != nil {
		return fmt.Errorf("has a number at byte %d that is too large", from)
	}
	return nil
}
