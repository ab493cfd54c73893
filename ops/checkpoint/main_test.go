package checkpoint

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain makes property tests draw the same examples every time; -rapid.seed
// on the command line draws others. Failures leave no files behind.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	m.Run()
}
