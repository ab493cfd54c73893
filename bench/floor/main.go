package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || args[0] != "pour" && args[0] != "write" {
		return errors.New("want a command: pour or write")
	}
	flags := flag.NewFlagSet("floor "+args[0], flag.ExitOnError)
	var (
		reads, file string
		cold, keep  bool
		load        = load{block: 4 << 20, count: 1}
	)
	flags.Int64Var(&load.size, "size", 0, "`bytes` of each written file")
	flags.IntVar(&load.block, "block", load.block, "`bytes` of one write, a multiple of 4096")
	flags.IntVar(&load.writers, "writers", 4, "writes in flight")
	flags.BoolVar(&keep, "keep", false, "leave the written files")
	if args[0] == "pour" {
		flags.StringVar(&reads, "reads", "", "`files` to read, separated by commas")
		flags.StringVar(&file, "write", "", "write `file`.0, file.1, …")
		flags.IntVar(&load.count, "count", 10, "files to write")
		flags.BoolVar(&cold, "cold", false, "drop the files to read from the page cache first")
	} else {
		flags.StringVar(&file, "file", "", "`file` to write")
	}
	flags.Parse(args[1:])
	if flags.NArg() > 0 || file == "" || load.size <= 0 || load.count <= 0 || load.writers <= 0 ||
		load.block <= 0 || load.block%align != 0 {
		flags.Usage()
		return errors.New("bad arguments")
	}

	if reads != "" {
		load.reads = strings.Split(reads, ",")
	}
	for i := range load.count {
		name := file
		if args[0] == "pour" {
			name = fmt.Sprintf("%s.%d", file, i)
		}
		load.writes = append(load.writes, name)
	}
	if cold {
		for _, name := range load.reads {
			if err := dropCache(name); err != nil {
				return fmt.Errorf("drop %s from the page cache: %w", name, err)
			}
		}
	}
	result, err := load.run(keep)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
