package main

import (
	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "version",
		Short:             "say which cosmo this is",
		Example:           "  cosmo version --json",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			var v view.Version = a.view
			v.Version(build())
			return nil
		},
	}
}

// noArgs is for commands that are about nothing in particular.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("nothing is expected here, but there is %q", args[0])
	}
	return nil
}
