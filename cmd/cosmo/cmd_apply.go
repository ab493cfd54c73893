package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/engine"
	"cosmo/ops"
)

func (a *app) applyCommand() *cobra.Command {
	var opt ops.Options
	cmd := &cobra.Command{
		Use:        "apply [RECIPE] [ADDRESS...]",
		SuggestFor: []string{"run", "build", "make", "pour", "merge"},
		Short:      "make what a recipe asks for",
		Long: `apply makes the releases of a recipe, or what the addresses name: it reads every
ingredient once, pours everything in one pass, puts release files in their places
and writes the lock. What is there already is not made again.`,
		Example:           "  cosmo apply recipes/cosmopolitan release.cosmopolitan",
		ValidArgsFunction: completeAddresses,
		RunE: func(cmd *cobra.Command, args []string) error {
			if links := []string{"auto", "reflink", "hard", "copy"}; !slices.Contains(links, opt.Link) {
				return usagef("--link is auto, reflink, hard or copy, not %q", opt.Link)
			}
			return a.apply(a.view, args, opt)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&opt.Locked, "locked", false, "fail rather than add to the lock")
	f.BoolVar(&opt.KeepGoing, "keep-going", false, "after a failure, go on with what does not depend on it")
	f.BoolVar(&opt.All, "all", false, "make every vodka and cocktail as well")
	f.StringVar(&opt.Link, "link", "auto", "how release files come from the store: auto, reflink, hard or copy")
	completeFlag(cmd, "link", "auto", "reflink", "hard", "copy")
	return a.takesInputs(cmd)
}

func (a *app) apply(v view.Apply, args []string, opt ops.Options) error {
	if a.logFile != "" { // the store's own folder for logs may not be there yet
		if err := a.openLog("apply", args); err != nil {
			return err
		}
	}
	path, goals := recipeArgs(args)
	r, err := a.load(path)
	if err != nil {
		return err
	}
	opt.Goals = goals
	opt.Emit = func(e engine.Event) {
		if a.log != nil {
			a.log.event(e)
		}
		v.Event(e)
	}
	s, err := a.open(r, opt)
	if err != nil {
		return err
	}
	defer s.Close()
	if a.log == nil {
		if err := a.openLog("apply", args); err != nil {
			return err
		}
	}
	sum := s.Summary()
	v.Begin(sum)
	for _, note := range sum.Notes {
		v.Note(note)
	}
	ctx, stop := a.interruptible()
	defer stop()
	out, err := s.Apply(ctx)
	if out != nil {
		out.Failed = failures(err)
		if err == nil || len(out.Failed) > 0 || slices.ContainsFunc(out.Outputs, made) {
			v.Applied(out)
		}
		if a.log != nil {
			a.log.Info().Interface("outcome", out).Msg("end")
		}
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		v.Note("stopped: what was finished is kept; apply again to go on")
	}
	v.Close()
	a.diagnostics(r, diagnose(err))
	return exitWith(exitCode(err))
}

func made(o ops.Output) bool { return o.Made || o.Placed }

// failures are the ops that failed.
func failures(err error) []error {
	var failed []error
	for _, e := range leaves(err) {
		if op := (*engine.OpError)(nil); errors.As(e, &op) {
			failed = append(failed, e)
		}
	}
	return failed
}
