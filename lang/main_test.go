package lang

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain makes property tests draw the same recipes every time; -rapid.seed
// and -rapid.checks on the command line draw others, and more.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
