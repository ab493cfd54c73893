package ops

import (
	"context"
	"fmt"
	"runtime"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops/checkpoint"
	"cosmo/ops/ingredient"
)

// VerifyStore reads everything in a store and compares it with what was
// recorded; see store.Verify. threads = 0 means one a processor. progress is
// told bytes, also in the middle of an object, from one goroutine at a time.
func VerifyStore(ctx context.Context, st *store.Store, threads int, progress func(done, total int64), dryRun bool) (*store.VerifyReport, error) {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	var before, total int64 // bytes of the objects that are done with, and of all
	check := func(e *store.Entry, f fsx.File) (root, sha256 digest.Sum, err error) {
		return checkObject(ctx, e, f, threads, func(done int64) { progress(before+done, total) })
	}
	return st.Verify(ctx, check, func(done, all int64) {
		before, total = done, all
		progress(done, all)
	}, dryRun)
}

// checkObject reads an object once and gives its root and SHA-256. The error
// says why it is no sound checkpoint, or is ctx's.
func checkObject(ctx context.Context, e *store.Entry, f fsx.File, threads int, progress func(done int64)) (root, sha256 digest.Sum, err error) {
	// What the disk holds counts, not what memory still has of it.
	_ = f.Advise(0, 0, fsx.DontNeed) // a hint: where there is no such thing, memory is read
	h, err := checkpoint.ReadHeader(f, e.Size)
	if err != nil {
		return root, sha256, fmt.Errorf("it is no checkpoint any more: %w", err)
	}
	sums, sha256, err := ingredient.Hash(ctx, f, h, threads, progress)
	if err != nil {
		return root, sha256, err
	}
	return checkpoint.Root(sums), sha256, nil
}
