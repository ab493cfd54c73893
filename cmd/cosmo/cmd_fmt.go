package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/engine/fsx"
	"cosmo/lang"
)

func (a *app) fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [PATH...]",
		Short: "lay recipes out as everybody does",
		Long: `fmt rewrites recipes: indentation by two, equal signs of neighbours in a column,
at most one blank line. Comments stay, and so does what the recipe means. PATH is
a file, a folder (its .hcl files but locks), or - to read from standard input and
write to standard output; by default the folder you are in. The names of files
that were changed are printed.`,
		Example: "  cosmo fmt --check recipes/cosmopolitan\n  cosmo fmt - < recipe.hcl",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return a.format(a.view, args, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit with 3 if a file would change")
	return cmd
}

func (a *app) format(v view.Fmt, args []string, check bool) error {
	changed, bad := false, false
	var failed error
	for _, arg := range args {
		if arg == "-" {
			different, err := a.formatStream(check)
			changed, failed = changed || different, errors.Join(failed, err)
			continue
		}
		names, err := lang.FormattedFiles(arg)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		for _, name := range names {
			src, err := lang.ReadText(name)
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			out, diags := lang.Format(name, src)
			a.view.Diagnostics(map[string]*hcl.File{name: {Bytes: src}}, diags)
			different := !diags.HasErrors() && !bytes.Equal(src, out)
			if different && !check {
				if err := rewrite(name, out); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
			}
			changed, bad = changed || different, bad || diags.HasErrors()
			v.Formatted(name, different)
		}
	}
	switch {
	case failed != nil:
		return failed
	case bad:
		return exitWith(exitInvalid)
	case changed && check:
		return exitWith(exitFound)
	}
	return nil
}

// formatStream formats standard input.
func (a *app) formatStream(check bool) (different bool, err error) {
	const name = "<standard input>"
	src, err := io.ReadAll(io.LimitReader(os.Stdin, 16<<20)) // more than Format takes
	if err != nil {
		return false, fmt.Errorf("read standard input: %w", err)
	}
	out, diags := lang.Format(name, src)
	a.view.Diagnostics(map[string]*hcl.File{name: {Bytes: src}}, diags)
	if diags.HasErrors() {
		return false, exitWith(exitInvalid)
	}
	if !check {
		if _, err := a.out.Write(out); err != nil {
			return false, nil // finish tells
		}
	}
	return !bytes.Equal(src, out), nil
}

// rewrite replaces a file whole or not at all. A link stays one: what it leads
// to is replaced.
func rewrite(name string, b []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("write %s: the file is read-only", name)
	}
	return fsx.WriteFile(fsx.OS(), target, b, info.Mode().Perm())
}
