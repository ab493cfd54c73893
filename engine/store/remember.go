package store

import (
	"fmt"
	"time"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// FileDigest is what is known of a file that stays where it is.
type FileDigest struct {
	SHA256 digest.Sum `json:"sha256"`
	Root   digest.Sum `json:"root"`
	Size   int64      `json:"size"` // bytes
	Path   string     `json:"path"` // where it was seen: a hint
	// Made: it is a copy that was made here, not somebody's own file.
	Made bool `json:"made,omitempty"`
}

// memory is the record of one identity.
type memory struct {
	Identity fsx.Identity `json:"identity"`
	FileDigest
	Attach string `json:"attach,omitempty"`
	// Young: the file was so new when it was read that a later change might
	// not show in its times. It is ours to recognise, not to trust.
	Young bool `json:"young,omitempty"`
}

// youth is how coarse the times of file systems are: 2 s on FAT.
const youth = 2 * time.Second

func memoryName(id fsx.Identity) string {
	text := fmt.Sprintf("cosmo identity 1\n%d %d %d %d %d\n", id.Dev, id.Ino, id.Size, id.MTime, id.CTime)
	return "remembered/" + digest.Of([]byte(text)).Hex() + ".json"
}

// young reports whether a change after now could leave the identity as it is.
// A change moves ctime, whatever is done to mtime, so ctime decides where there
// is one.
func young(id fsx.Identity, now time.Time) bool {
	last := id.CTime
	if last == 0 {
		last = id.MTime
	}
	return now.UnixNano()-last < int64(youth)
}

// Remember records the digests of a file and a list beside them (attach, may
// be nil), whose absolute path is returned; what was made here stays so, and
// keeps its list, until its bytes change. The caller takes id before reading,
// compares it after, and passes a time no later than when id was taken. A file
// changed within 2 s of that is recorded as young: Recall does not know it, so
// it is read again next time; Made does.
func (s *Store) Remember(id fsx.Identity, d FileDigest, attach []byte, now time.Time) (attachPath string, err error) {
	m := memory{Identity: id, FileDigest: d, Young: young(id, now)}
	if attach != nil {
		if m.Attach, _, err = s.PutBlob(".attach", attach); err != nil {
			return "", fmt.Errorf("remember %s: %w", d.Path, err)
		}
	}
	if old, err := s.recall(id); err == nil && old != nil && old.SHA256 == d.SHA256 { // of the same bytes
		m.Made = m.Made || old.Made
		if attach == nil {
			m.Attach = old.Attach
		}
	}
	if m.Attach != "" {
		attachPath = s.Abs(m.Attach)
	}
	if id.Ino == 0 {
		return attachPath, nil // an identity that two files could share
	}
	if err := s.writeRecord(memoryName(id), &m); err != nil {
		return "", fmt.Errorf("remember %s: %w", d.Path, err)
	}
	return attachPath, nil
}

// Recall returns what is remembered of a file and the absolute path of its
// list ("" if it has none); nil if it has to be read.
func (s *Store) Recall(id fsx.Identity) (d *FileDigest, attachPath string, err error) {
	m, err := s.recall(id)
	if err != nil || m == nil || m.Young {
		return nil, "", wrap("recall digest", err)
	}
	if m.Attach == "" {
		return &m.FileDigest, "", nil
	}
	attachPath = s.Abs(m.Attach)
	if _, err := s.fs.Stat(attachPath); err != nil {
		if isMissing(err) {
			err = nil
		}
		return nil, "", wrap("recall digest", err)
	}
	return &m.FileDigest, attachPath, nil
}

// Made reports whether a file was remembered as made here, even if too young to
// be trusted: enough to say whose it is, not what is in it now.
func (s *Store) Made(id fsx.Identity) bool {
	m, err := s.recall(id)
	return err == nil && m != nil && m.Made
}

func (s *Store) recall(id fsx.Identity) (*memory, error) {
	if id.Ino == 0 {
		return nil, nil
	}
	var m memory
	ok, err := s.readRecord(memoryName(id), &m)
	if err != nil || !ok || m.Identity != id || (m.Attach != "" && !inStore(m.Attach)) {
		return nil, err
	}
	return &m, nil
}
