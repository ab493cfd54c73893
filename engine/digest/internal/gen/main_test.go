package main

import (
	"bytes"
	"os"
	"testing"
)

func TestAssemblyIsUpToDate(t *testing.T) {
	have, err := os.ReadFile("../../lanes_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, Source()) {
		t.Error("lanes_amd64.s is not what this generator writes; run go generate in engine/digest")
	}
}
