package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/internal/git"
	"cosmo/lang"
	"cosmo/ops"
)

func (a *app) gitCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "git",
		Short:   "make git show recipes as bottles",
		Example: "  cosmo git install",
		Args:    unknownVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "install",
		Short: "make git diff show what is in the bottle, in this repository",
		Long: `install tells the git repository you are in to show recipes by what is in the
bottles: git diff, git log -p and git show then compare flattened shares instead
of the text of .hcl files. It writes .git/info/attributes and .git/config;
nothing that is committed changes. git diff --no-textconv shows the text.`,
		Example: "  cosmo git install\n  git diff HEAD~1 -- recipes/cosmopolitan",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := os.Getwd()
			if err != nil {
				return err
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			wrote, err := git.Install(dir, shellQuote(program)+" git textconv")
			for _, w := range wrote {
				a.view.Note(w)
			}
			return err
		},
	}, &cobra.Command{
		Use:    "textconv FILE",
		Short:  "print a recipe for git",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.textconv(args[0])
		},
	})
	return cmd
}

// textconv prints the bottles of a recipe that stands alone in a file. What does
// not (a part of a folder, a lock, another HCL file) is printed as it is.
func (a *app) textconv(name string) error {
	src, err := lang.ReadText(name)
	if err != nil {
		return err
	}
	r, diags := lang.LoadBytes(map[string][]byte{"recipe.hcl": src}, ".", ops.LangOptions())
	bottles, more := ops.Show(r, nil, false)
	if diags.HasErrors() || more.HasErrors() || len(bottles) == 0 {
		_, err := a.out.Write(src)
		return err
	}
	view.NewHuman(view.Config{Out: view.Stream{W: a.out}, Err: view.Stream{W: a.stderr}, ByName: true}).Bottles(bottles)
	return nil
}

// shellQuote makes one word of a path for the shell that git runs.
func shellQuote(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
