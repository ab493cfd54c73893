package main

import (
	"os"
)

func main() { os.Exit(run(os.Args[1:])) }

// run is the whole program; it returns the exit code.
func run(args []string) (code int) {
	a := newApp(os.Stdout, os.Stderr)
	defer a.close()
	defer a.catch(&code)
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if err != nil && a.view == nil {
		// The command never began: what was typed is wrong.
		a.usage(cmd, args, err)
		return exitUsage
	}
	return a.finish(err)
}
