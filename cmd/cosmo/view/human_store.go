package view

import "cosmo/engine/store"

func (h *Human) Listed(dir string, items []store.ListItem) {}
func (h *Human) Verifying(done, total int64)               {}
func (h *Human) Verified(r *store.VerifyReport)            {}
func (h *Human) Collected(r *store.GCReport, dryRun bool)  {}
func (v *JSON) Listed(dir string, items []store.ListItem)  {}
func (v *JSON) Verifying(done, total int64)                {}
func (v *JSON) Verified(r *store.VerifyReport)             {}
func (v *JSON) Collected(r *store.GCReport, dryRun bool)   {}
