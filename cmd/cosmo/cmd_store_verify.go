package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/ops"
)

func (a *app) storeVerifyCommand() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "read everything in the store and check it",
		Long: `verify reads every file of the store and compares it with the digests that were
recorded when it was made. A damaged file is set aside, and made again by the next
apply that needs it. The exit code is 1 if damage was found.`,
		Example:           "  cosmo store verify --dry-run",
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			return a.storeVerify(a.view, dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "read and report, but change nothing")
	return cmd
}

func (a *app) storeVerify(v view.Store, dryRun bool) error {
	s, err := a.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, stop := a.interruptible()
	defer stop()
	start := time.Now()
	rep, err := ops.VerifyStore(ctx, s, a.threads, v.Verifying, dryRun)
	if rep == nil {
		return err
	}
	alarms, alarmErr := s.Alarms()
	// After an interruption, what was read until then is worth telling.
	v.Verified(&view.Verification{
		VerifyReport: rep, Dir: s.Dir(), Alarms: alarms, DryRun: dryRun, Stopped: err != nil, Seconds: time.Since(start).Seconds(),
	})
	if err = errors.Join(err, alarmErr); err != nil {
		return err
	}
	if len(rep.Damages) > 0 {
		return exitWith(exitFailed)
	}
	return nil
}
