package main

import (
	"errors"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/ops"
)

func (a *app) planCommand() *cobra.Command {
	var opt ops.Options
	var detailed bool
	cmd := &cobra.Command{
		Use:   "plan [RECIPE] [ADDRESS...]",
		Short: "say what apply would make, and why",
		Long: `plan says what apply would make and why, how much it would read and write, and
about how long that takes. It reads no weights and makes nothing.`,
		Example:           "  cosmo plan --detailed-exitcode recipes/cosmopolitan",
		ValidArgsFunction: completeAddresses,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.plan(a.view, args, opt, detailed)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 when there is work to do")
	f.BoolVar(&opt.All, "all", false, "plan every vodka and cocktail as well")
	return a.takesInputs(cmd)
}

func (a *app) plan(v view.Plan, args []string, opt ops.Options, detailed bool) error {
	path, goals := recipeArgs(args)
	r, err := a.load(path)
	if err != nil {
		return err
	}
	opt.Goals = goals
	s, err := a.open(r, opt)
	if err != nil {
		return err
	}
	defer s.Close()
	if pins := errors.Join(s.PinErrors()...); pins != nil {
		a.diagnostics(r, diagnose(pins)) // nothing of a plan would come about
		return exitWith(exitCode(pins))
	}
	sum := s.Summary()
	v.Plan(sum)
	for _, note := range sum.Notes {
		v.Note(note)
	}
	if detailed && sum.Work() {
		return exitWith(exitWork)
	}
	return nil
}
