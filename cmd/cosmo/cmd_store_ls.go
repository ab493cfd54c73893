package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
)

func (a *app) storeListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "list what is in the store, and who keeps it",
		Long: fmt.Sprintf(`ls lists the files of the store: what each was made for, its size and root, and
which recipes' locks keep it. What nothing keeps goes with the next store gc;
the last %d runs keep what they made as well.`, keepRuns),
		Example:           "  cosmo store ls --store /mnt/models/cosmo",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			return a.storeList(a.view)
		},
	}
}

func (a *app) storeList(v view.Store) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	items, err := s.List(keepRuns)
	if err != nil {
		return err
	}
	v.Listed(&view.Listing{Dir: s.Dir(), Items: items, FreeBytes: freeBytes(s)})
	return nil
}
