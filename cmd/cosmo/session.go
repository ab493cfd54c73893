package main

import (
	"cosmo/lang"
	"cosmo/ops"
)

// open holds a recipe against the store and tells what is wrong between them.
// The caller closes the session.
func (a *app) open(r *lang.Recipe, opt ops.Options) (*ops.Session, error) {
	opt.StoreDir, opt.Threads = a.storeDir, a.threads
	s, diags, err := ops.Open(r, opt)
	a.diagnostics(r, diags)
	switch {
	case err != nil:
		return nil, err
	case diags.HasErrors():
		if s != nil {
			_ = s.Close() // the recipe's trouble is told; nothing was written
		}
		return nil, exitWith(exitInvalid)
	}
	return s, nil
}
