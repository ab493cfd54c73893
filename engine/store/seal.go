package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"cosmo/engine/digest"
)

// sealed is the text of all the store's records: {"sum": …, "body": …}, where
// sum is the SHA-256 of the body's bytes as they stand. A flipped bit anywhere
// shows, whatever field it is in.
type sealed struct {
	Sum  digest.Sum      `json:"sum"`
	Body json.RawMessage `json:"body"`
}

func seal(v any) ([]byte, error) {
	body, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"sum\":%q,\n\"body\":", digest.Of(body))
	b.Write(body)
	b.WriteString("}\n")
	if b.Len() > maxSmall {
		return nil, fmt.Errorf("record of %d bytes is too large", b.Len())
	}
	return b.Bytes(), nil
}

var errBroken = errors.New("record does not have its digest")

func unseal(b []byte, v any) error {
	var s sealed
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if digest.Of(s.Body) != s.Sum {
		return errBroken
	}
	return json.Unmarshal(s.Body, v)
}

// readRecord reads a sealed record into v. ok is false when it is missing or
// damaged; the error is real trouble with the disk.
func (s *Store) readRecord(rel string, v any) (ok bool, err error) {
	b, err := s.readSmall(s.Abs(rel), maxSmall)
	if isMissing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return unseal(b, v) == nil, nil
}

func (s *Store) writeRecord(rel string, v any) error {
	b, err := seal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", rel, err)
	}
	return s.write(rel, b, 0o666)
}
