package main

import (
	"github.com/spf13/cobra"

	"cosmo/cmd/cosmo/view"
	"cosmo/ops"
)

func (a *app) lockCommand() *cobra.Command {
	var upgrade bool
	cmd := &cobra.Command{
		Use:   "lock [RECIPE] [ADDRESS...]",
		Short: "pin ingredients, or pin them anew",
		Long: `lock reads the ingredients that the recipe's lock does not pin yet, and pins
them. It pours nothing, and like apply it never changes a pin.

With --upgrade it changes pins, and says which: those of all ingredients to the
files that are there now, and the versions of ops to this program's; what the
recipe has no longer goes. With addresses only those entries are pinned anew:
a model's, or an output's, which the next apply pins.`,
		Example: "  cosmo lock recipes/cosmopolitan\n  cosmo lock --upgrade recipes/cosmopolitan model.dreamshaper",
		RunE: func(_ *cobra.Command, args []string) error {
			path, addresses := recipeArgs(args)
			if len(addresses) > 0 && !upgrade {
				return usagef("addresses go with --upgrade")
			}
			var up *ops.Upgrade
			if upgrade {
				up = &ops.Upgrade{Addresses: addresses}
			}
			return a.lock(a.view, path, up)
		},
	}
	cmd.Flags().BoolVar(&upgrade, "upgrade", false, "change pins to what is there now")
	return a.takesInputs(cmd)
}

func (a *app) lock(v view.Lock, path string, up *ops.Upgrade) error {
	r, err := a.load(path)
	if err != nil {
		return err
	}
	ctx, stop := a.interruptible()
	defer stop()
	pinned, diags, err := ops.Pin(ctx, r, ops.Options{StoreDir: a.storeDir, Threads: a.threads, Emit: v.Event}, up)
	v.Close()
	a.diagnostics(r, diags)
	if diags.HasErrors() {
		return exitWith(exitInvalid)
	}
	if err != nil {
		a.diagnostics(r, diagnose(err))
		return exitWith(exitCode(err))
	}
	v.Pinned(pinned)
	return nil
}
