package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/engine/fsx"
	"cosmo/engine/store"
	"cosmo/ops"
)

// Exit codes; see doc.go.
const (
	exitDone        = 0
	exitFailed      = 1
	exitWork        = 2
	exitFound       = 3
	exitInvalid     = 4
	exitLocked      = 11
	exitCorrupt     = 12
	exitPin         = 13
	exitUsage       = 64
	exitInternal    = 70
	exitInterrupted = 130
)

// exitWith is the error of a command that has told everything already.
type exitWith int

func (e exitWith) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usageError is about what was typed.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// internalError is a recovered panic.
type internalError struct{ what, trace string }

func (e internalError) Error() string { return "internal error: " + e.what }

// exitCode says which code an error is. Where several failed, the code that
// asks most of the user wins.
func exitCode(err error) int {
	var exit exitWith
	var usage usageError
	var internal internalError
	var pin *engine.PinError
	var corrupt *store.FormatError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &internal):
		return exitInternal
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &corrupt):
		return exitCorrupt
	case errors.Is(err, fsx.ErrLocked):
		return exitLocked
	case errors.As(err, &pin):
		return exitPin
	}
	return exitFailed
}

// leaves are the errors that others were joined from.
func leaves(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, leaves(e)...)
		}
		return all
	}
	return []error{err}
}

// diagnose makes diagnostics of errors. A failed op points at its recipe line.
// Interruption and what was told already give none.
func diagnose(err error) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, e := range leaves(err) {
		var exit exitWith
		if errors.As(e, &exit) || errors.Is(e, context.Canceled) {
			continue
		}
		d := &hcl.Diagnostic{Severity: hcl.DiagError}
		var op *engine.OpError
		if errors.As(e, &op) {
			d.Summary = "Cannot make " + op.Op.Address
			d.Detail = ops.Sentence(op.Err)
			d.Subject = ops.HCLRange(op.Op.Range)
		} else {
			d.Summary, d.Detail = summary(e)
		}
		d.Detail = strings.TrimSpace(d.Detail + "\n" + nextStep(e))
		diags = append(diags, d)
	}
	return diags
}

// summary splits an error that has no recipe line into what is known at once
// and what explains it.
func summary(err error) (summary, detail string) {
	var none *noStoreError
	var unlocked *ops.UnlockedError
	switch {
	case errors.As(err, &unlocked):
		return "The lock is not up to date", ops.Sentence(err)
	case errors.Is(err, fsx.ErrLocked):
		return "The store is in use", ops.Sentence(err)
	case errors.As(err, &none):
		return "There is no store in " + none.dir, ""
	}
	return ops.Capital(err.Error()), ""
}

// shellWord is an address as a shell takes it.
func shellWord(address string) string {
	if strings.ContainsAny(address, "[]\"' ") {
		return shellQuote(address)
	}
	return address
}

// nextStep says what the user can do about an error; "" when nobody knows.
func nextStep(err error) string {
	var pin *engine.PinError
	var unlocked *ops.UnlockedError
	var corrupt *store.FormatError
	var internal internalError
	var none *noStoreError
	switch {
	case errors.As(err, &none):
		return "The first apply makes it; --store and COSMO_STORE name another."
	case errors.As(err, &pin):
		address := shellWord(pin.Op.Address)
		if !strings.HasPrefix(pin.Op.Address, "model") {
			return "Somebody with the same recipe got other tensors, or this machine did now: do not commit either before you know why. `cosmo lock --upgrade " + address + "` pins what comes out here."
		}
		return "If the change is meant, `cosmo lock --upgrade " + address + "` pins the new file (a pin in the recipe is yours to change); if not, fetch the file anew."
	case errors.As(err, &unlocked):
		return "Apply once without --locked and commit the lock."
	case errors.Is(err, fsx.ErrLocked):
		return "Another cosmo is at work in this store; try again when it is done."
	case errors.As(err, &corrupt) && corrupt.Foreign != "":
		return "Name another folder with --store; one that is empty, or not there yet, becomes a store."
	case errors.As(err, &corrupt):
		return "Use the cosmo that made it, or name another folder with --store. What is in a store can be made again."
	case fsx.IsNoSpace(err):
		return "Free some disk space (`cosmo store gc` drops what no lock asks for), or choose another store with --store."
	case errors.As(err, &internal):
		text := "This is a bug in cosmo; what was finished is safe. Please report it"
		if internal.trace != "" {
			text += " with " + internal.trace
		}
		return text + "."
	}
	return ""
}
