package lang

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// Files is where recipes lie: the disk, or a revision of a repository. Names are
// paths of the host.
type Files interface {
	Stat(name string) (fs.FileInfo, error)
	ReadDir(name string) ([]fs.DirEntry, error) // sorted by name
	// ReadFile reads a file of at most limit bytes; one byte more tells of a
	// longer one.
	ReadFile(name string, limit int64) ([]byte, error)
}

// Disk is the files of this machine.
type Disk struct{}

// Stat implements Files.
func (Disk) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// ReadDir implements Files.
func (Disk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// ReadFile implements Files.
func (Disk) ReadFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// readBounded reads an ordinary file of at most 16 MiB: a device or a pipe
// would never end.
func readBounded(files Files, name string) ([]byte, error) {
	info, err := files.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not an ordinary file")
	}
	data, err := files.ReadFile(name, maxFileBytes)
	if err == nil && len(data) > maxFileBytes {
		err = errors.New("larger than 16 MiB")
	}
	return data, err
}
