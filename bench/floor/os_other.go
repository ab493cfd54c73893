//go:build !linux

package main

import (
	"errors"
	"os"
)

func allocate(f *os.File, size int64) error { return f.Truncate(size) }

func setDirect(*os.File) error { return nil }

func dropCache(string) error { return errors.ErrUnsupported }
