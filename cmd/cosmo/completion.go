package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cosmo/ops"
)

// completeRecipe completes a command's only argument.
func completeRecipe(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []cobra.Completion{"hcl"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeAddresses completes `[RECIPE] [ADDRESS...]`: files and folders first,
// then what the recipe makes and was not named yet.
func completeAddresses(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 && !addressLike.MatchString(begun) {
		return completeRecipe(cmd, args, begun)
	}
	path, named := recipeArgs(slices.Concat(args, []string{begun}))
	named = named[:len(named)-1]
	r, diags := ops.Load(path, nil)
	if r == nil || diags.HasErrors() {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []cobra.Completion
	add := func(address string) {
		if strings.HasPrefix(address, begun) && !slices.Contains(named, address) {
			list = append(list, address)
		}
	}
	for _, x := range r.Releases {
		add(string(x.Address))
	}
	for _, x := range r.Mixes {
		add(string(x.Address))
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeFlag says what a flag's value can be: one of some words, or nothing
// that could be listed.
func completeFlag(cmd *cobra.Command, name string, words ...cobra.Completion) {
	err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // there is no such flag
	}
}
