package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"cosmo/engine/fsx"
	"cosmo/engine/store"
)

// keepRuns is how many of the last runs keep what they made from `store gc`,
// besides the locks: enough for an afternoon of trying things out, after which
// what no recipe asks for any more may go.
const keepRuns = 10

func (a *app) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "look after what was made: list it, check it, clear it",
		Long: `store looks after the store, where everything that was made lies as ordinary
files until nobody needs it. Recipes and processes share it; --store or
COSMO_STORE says where it is.`,
		Example: "  cosmo store ls",
		Args:    unknownVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.storeListCommand(), a.storeVerifyCommand(), a.storeCollectCommand())
	return cmd
}

// noStoreError: nothing was made there yet.
type noStoreError struct{ dir string }

func (e *noStoreError) Error() string { return "there is no store in " + e.dir }

// openStore opens a store that is there: looking after one must not make it.
func (a *app) openStore() (*store.Store, error) {
	if list, err := os.ReadDir(a.storeDir); errors.Is(err, fs.ErrNotExist) || err == nil && len(list) == 0 {
		return nil, &noStoreError{a.storeDir}
	}
	return store.Open(fsx.OS(), a.storeDir)
}

// freeBytes is what can still be written on the store's disk, -1 if nobody
// knows.
func freeBytes(s *store.Store) int64 {
	n, err := s.FS().Free(s.Dir())
	if err != nil {
		return -1
	}
	return n
}
