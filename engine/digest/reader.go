package digest

import (
	"errors"
	"fmt"
	"io"
)

// OfReader returns the SHA-256 of the first size bytes of r; fewer are an error
// that is io.ErrUnexpectedEOF.
func OfReader(r io.ReaderAt, size int64) (Sum, error) {
	var s Stream
	buf := make([]byte, min(size, 1<<20))
	for off := int64(0); off < size; {
		p := buf[:min(int64(len(buf)), size-off)]
		if n, err := r.ReadAt(p, off); n < len(p) {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return Sum{}, fmt.Errorf("read at byte %d: %w", off+int64(n), err)
		}
		s.Write(p)
		off += int64(len(p))
	}
	return s.Sum(), nil
}
