//go:build ignore

// Pack compresses the key tables (name, dtype, shape; one tensor a line) that
// the package embeds:
//
//	go run keys/pack.go testdata/keys/sd15.tsv testdata/keys/sd21.tsv testdata/keys/sdxl.tsv
//
// writes keys/sd15.tsv.gz and so on. A test compares tables and contents.
package main

import (
	"compress/gzip"
	"log"
	"os"
	"path/filepath"
)

func main() {
	for _, in := range os.Args[1:] {
		text, err := os.ReadFile(in)
		if err != nil {
			log.Fatal(err)
		}
		out, err := os.Create(filepath.Join("keys", filepath.Base(in)+".gz"))
		if err != nil {
			log.Fatal(err)
		}
		z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := z.Write(text); err != nil {
			log.Fatal(err)
		}
		if err := z.Close(); err != nil {
			log.Fatal(err)
		}
		if err := out.Close(); err != nil {
			log.Fatal(err)
		}
	}
}
