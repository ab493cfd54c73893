package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/engine/store"
)

func (a *app) storeCollectCommand() *cobra.Command {
	var dryRun bool
	var keep byteSize
	cmd := &cobra.Command{
		Use:        "gc",
		SuggestFor: []string{"rm", "remove", "prune", "clean"},
		Short:      "remove what nothing keeps from the store",
		Long: fmt.Sprintf(`gc removes the files of the store that nothing keeps: neither the lock of a recipe
(as long as that lock file exists) nor one of the last %d runs. Damaged files
that were set aside and what killed runs left behind go as well. Release files
outside of the store are never touched. It needs the store for itself.`, keepRuns),
		Example:           "  cosmo store gc --dry-run --keep-bytes 200GB",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			return a.storeCollect(a.view, store.GCOptions{DryRun: dryRun, KeepBytes: int64(keep), KeepRuns: keepRuns})
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&dryRun, "dry-run", false, "say what would be removed, and remove nothing")
	f.Var(&keep, "keep-bytes", "keep the newest of what nothing keeps while the store has at most `SIZE`, such as 200GB")
	completeFlag(cmd, "keep-bytes")
	return cmd
}

func (a *app) storeCollect(v view.Store, opt store.GCOptions) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	before, err := s.List(opt.KeepRuns)
	if err != nil {
		return err
	}
	rep, err := s.GC(opt)
	if err == nil || len(rep.Removed) > 0 { // what went before a failure is gone
		v.Collected(&view.Collection{GCReport: rep, Before: before, DryRun: opt.DryRun, FreeBytes: freeBytes(s)})
	}
	return err
}
