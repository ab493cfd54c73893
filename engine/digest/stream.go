package digest

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"fmt"
	"hash"
	"sync"
)

const blockSize = sha256.BlockSize

// iv is SHA-256's initial state (FIPS 180-4, section 5.3.3).
var iv = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// Stream is the running state of one SHA-256. The zero value is an empty
// stream, ready to use; a Stream may be copied to branch off. It is not safe
// for use by several goroutines at once.
//
// It holds the bare state rather than a hash.Hash, so that a stream can move
// between crypto/sha256 and a kernel's lane at any block.
type Stream struct {
	h      [8]uint32       // after the last full block; unset while length < blockSize
	tail   [blockSize]byte // the first length % blockSize bytes are pending
	length uint64          // bytes written
	busy   bool            // part of an Update in progress
}

// Reset makes s empty.
func (s *Stream) Reset() { *s = Stream{} }

// Len returns the number of bytes written.
func (s *Stream) Len() uint64 { return s.length }

// Write appends p, with crypto/sha256.
func (s *Stream) Write(p []byte) {
	if n := s.pending(); n+len(p) < blockSize {
		copy(s.tail[n:], p)
		s.length += uint64(len(p))
		return
	}
	d := pool.Get().(*hasher)
	s.save(d)
	d.Write(p)
	s.load(d)
	pool.Put(d)
}

// Sum returns the SHA-256 of everything written. It does not change s.
func (s *Stream) Sum() (sum Sum) {
	d := pool.Get().(*hasher)
	s.save(d)
	copy(sum[:], d.Sum(d.saved[:0]))
	pool.Put(d)
	return sum
}

// pending is the number of bytes that wait in tail for their block to fill.
func (s *Stream) pending() int { return int(s.length % blockSize) }

// state is h, which an unfinished first block leaves unset.
func (s *Stream) state() [8]uint32 {
	if s.length < blockSize {
		return iv
	}
	return s.h
}

// A hasher is crypto/sha256's digest and room for its saved state, which would
// escape to the heap each time.
type hasher struct {
	digest
	saved [savedSize]byte
}

// digest is what crypto/sha256.New promises to return.
type digest interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

var pool = sync.Pool{New: func() any { return &hasher{digest: sha256.New().(digest)} }}

// The layout in which crypto/sha256 saves its state. It is not specified, but
// saved states must survive new Go releases, so it cannot change in silence;
// TestSavedState holds it.
const (
	magic     = "sha\x03"
	savedH    = len(magic)
	savedTail = savedH + sha256.Size
	savedLen  = savedTail + blockSize
	savedSize = savedLen + 8
)

// save moves s into d.
func (s *Stream) save(d *hasher) {
	b := d.saved[:]
	copy(b, magic)
	for i, v := range s.state() {
		binary.BigEndian.PutUint32(b[savedH+4*i:], v)
	}
	n := copy(b[savedTail:savedLen], s.tail[:s.pending()])
	clear(b[savedTail+n : savedLen])
	binary.BigEndian.PutUint64(b[savedLen:], s.length)
	if err := d.UnmarshalBinary(b); err != nil {
		panic(fmt.Errorf("load sha-256 state: %w", err)) // this Go saves states in another layout
	}
}

// load moves d into s.
func (s *Stream) load(d *hasher) {
	b, err := d.AppendBinary(d.saved[:0])
	if err != nil || len(b) != savedSize {
		panic(fmt.Errorf("save sha-256 state: %d bytes: %v", len(b), err))
	}
	for i := range s.h {
		s.h[i] = binary.BigEndian.Uint32(b[savedH+4*i:])
	}
	copy(s.tail[:], b[savedTail:savedLen])
	s.length = binary.BigEndian.Uint64(b[savedLen:])
}
