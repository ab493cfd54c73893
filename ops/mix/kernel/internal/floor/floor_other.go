//go:build !amd64

package floor

// Routines lists what this CPU can run.
func Routines() []Set { return nil }
