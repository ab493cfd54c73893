package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/internal/git"
	"cosmo/lang"
	"cosmo/lang/diff"
	"cosmo/lang/lockfile"
	"cosmo/ops"
)

func (a *app) diffCommand() *cobra.Command {
	var exitCode, markdown bool
	cmd := &cobra.Command{
		Use:   "diff [OLD] [NEW] [RECIPE]",
		Short: "say what changes in the bottle",
		Long: `diff compares two versions of a recipe by what is in the bottles: each output's
shares, ingredients that come, go or are other files, variables, choices, and
what would be made again. Layout, comments, and the names and places of blocks
are no change. It reads recipes and locks alone.

OLD and NEW are files or folders, or revisions of the git repository you are in:

  cosmo diff                         the folder you are in, since the last commit
  cosmo diff RECIPE                  RECIPE since the last commit
  cosmo diff REVISION RECIPE         RECIPE since a revision
  cosmo diff REVISION REVISION RECIPE
  cosmo diff OLD NEW                 two files or folders`,
		Example: "  cosmo diff HEAD~1 recipes/cosmopolitan\n  cosmo diff --markdown main recipes/cosmopolitan",
		Args:    cobra.MaximumNArgs(3),
		RunE: func(_ *cobra.Command, args []string) error {
			if markdown && a.json {
				return usagef("--markdown and --json are two forms: choose one")
			}
			return a.diff(a.view, args, markdown, exitCode)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&exitCode, "exit-code", false, "exit with 3 when something changed")
	f.BoolVar(&markdown, "markdown", false, "write a comment for a pull request")
	return a.takesInputs(cmd)
}

func (a *app) diff(v view.Diff, args []string, markdown, code bool) error {
	old, new, err := a.versions(args)
	if err != nil {
		return err
	}
	before, err := a.side(old)
	if err != nil {
		return err
	}
	after, err := a.side(new)
	if err != nil {
		return err
	}
	changes := diff.Compare(*before, *after, diff.Options{Size: ops.SourceSize})
	v.Differences(changes, markdown)
	if code && !changes.Empty() {
		return exitWith(exitFound)
	}
	return nil
}

// edition is a recipe at some time.
type edition struct {
	files    lang.Files
	path     string
	revision string // "" is now
}

// versions reads the arguments: paths, or revisions and a path.
func (a *app) versions(args []string) (old, new edition, err error) {
	now := func(path string) edition { return edition{files: lang.Disk{}, path: path} }
	exists := func(name string) bool { _, err := os.Stat(name); return err == nil }
	if len(args) == 2 && exists(args[0]) && exists(args[1]) {
		return now(args[0]), now(args[1]), nil
	}
	path := "."
	revisions := args
	if n := len(args); n > 0 && (n == 3 || exists(args[n-1])) {
		path, revisions = args[n-1], args[:n-1]
	}
	if len(revisions) == 1 { // main..topic, as git has it
		if from, to, ok := strings.Cut(revisions[0], ".."); ok && !strings.HasPrefix(to, ".") {
			revisions = []string{orHead(from), orHead(to)}
		}
	}
	if len(revisions) == 0 {
		revisions = []string{"HEAD"}
	}
	at := func(revision string) (edition, error) {
		dir, err := os.Getwd()
		if err != nil {
			return edition{}, err
		}
		tree, err := git.Open(dir, revision)
		if err != nil {
			return edition{}, usagef("there is no file, folder or revision %q here (%v)", revision, err)
		}
		return edition{tree, path, revision}, nil
	}
	if old, err = at(revisions[0]); err != nil {
		return old, new, err
	}
	if len(revisions) == 1 {
		return old, now(path), nil
	}
	new, err = at(revisions[1])
	return old, new, err
}

func orHead(revision string) string {
	if revision == "" {
		return "HEAD"
	}
	return revision
}

// side loads a version. One that is not there is an empty recipe: whatever the
// other has came or went.
func (a *app) side(v edition) (*diff.Side, error) {
	if _, err := v.files.Stat(v.path); errors.Is(err, fs.ErrNotExist) && v.revision != "" {
		return &diff.Side{Recipe: &lang.Recipe{}}, nil
	}
	inputs, err := a.inputs()
	if err != nil {
		return nil, err
	}
	r, diags := ops.LoadFrom(v.files, v.path, inputs)
	if diags.HasErrors() && v.revision != "" {
		a.view.Note("at " + v.revision + ":")
	}
	a.diagnostics(r, diags)
	if diags.HasErrors() {
		return nil, exitWith(exitInvalid)
	}
	s := &diff.Side{Recipe: r}
	text, err := v.files.ReadFile(filepath.Clean(r.LockPath), maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	lock, diags := lockfile.Read(r.LockPath, text)
	a.diagnostics(r, diags)
	if diags.HasErrors() {
		return nil, exitWith(exitInvalid)
	}
	s.Lock = lock
	return s, nil
}

// maxLock is more than a lock can have; its reader says so.
const maxLock = 32 << 20
