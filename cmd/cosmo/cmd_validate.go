package main

import (
	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
)

func (a *app) validateCommand() *cobra.Command {
	return a.takesInputs(&cobra.Command{
		Use:               "validate [RECIPE]",
		SuggestFor:        []string{"check", "lint"},
		Short:             "check a recipe without looking at its ingredients",
		Long:              `validate reads a recipe and says everything that is wrong with it.`,
		Example:           "  cosmo validate recipes/cosmopolitan",
		Args:              atMostOne,
		ValidArgsFunction: completeRecipe,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.validate(a.view, args)
		},
	})
}

func (a *app) validate(v view.Validate, args []string) error {
	path := "."
	if len(args) > 0 {
		path = args[0]
	}
	r, err := a.load(path)
	if err != nil {
		return err
	}
	n := view.RecipeCounts{Models: len(r.Models), Releases: len(r.Releases)}
	for _, m := range r.Mixes {
		if m.Kind == "vodka" {
			n.Vodkas++
		} else {
			n.Cocktails++
		}
	}
	v.Valid(n)
	return nil
}

// atMostOne is for commands about one recipe.
func atMostOne(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("one recipe at a time; %q is too much", args[1])
	}
	return nil
}
