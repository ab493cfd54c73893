package main

import (
	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/ops"
)

func (a *app) showCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "show [RECIPE] [ADDRESS...]",
		Short: "say what is in the bottle",
		Long: `show flattens what a recipe pours to its ingredients: how much of each is in the
bottle, per block where a profile is used. It reads the recipe alone.`,
		Example:           "  cosmo show recipes/cosmopolitan 'cocktail.merged[\"2.2\"]'",
		ValidArgsFunction: completeAddresses,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.show(a.view, args, all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "show every vodka and cocktail as well")
	return a.takesInputs(cmd)
}

func (a *app) show(v view.Show, args []string, all bool) error {
	path, goals := recipeArgs(args)
	r, err := a.load(path)
	if err != nil {
		return err
	}
	bottles, diags := ops.Show(r, goals, all)
	a.diagnostics(r, diags)
	if diags.HasErrors() {
		return exitWith(exitInvalid)
	}
	v.Bottles(bottles)
	return nil
}
