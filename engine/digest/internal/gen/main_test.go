package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestAssemblyIsUpToDate(t *testing.T) {
	for name, want := range Files() {
		have, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(have, want) {
			t.Errorf("%s is not what this generator writes; run go generate in engine/digest", name)
		}
	}
}
