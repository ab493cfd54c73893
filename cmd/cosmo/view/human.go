package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"cosmo/lang"
)

// Human writes for people: results to standard output, everything else to
// standard error.
type Human struct {
	out, err Stream
	verbose  bool
	byName   bool
	progress progress
	live     live
}

var _ View = (*Human)(nil)

// NewHuman makes a view for people.
func NewHuman(c Config) *Human {
	if c.Now == nil {
		c.Now = time.Now
	}
	h := &Human{out: c.Out, err: c.Err, verbose: c.Verbose, byName: c.ByName, progress: progress{now: c.Now}}
	h.live = live{out: c.Err, picture: h.picture}
	return h
}

// printf writes results.
func (h *Human) printf(format string, args ...any) {
	fmt.Fprintf(h.out.W, format, args...)
}

// say writes a line to standard error, above what is live there.
func (h *Human) say(line string) {
	h.live.mu.Lock()
	defer h.live.mu.Unlock()
	if h.live.stop != nil {
		h.live.above = append(h.live.above, line)
		return
	}
	fmt.Fprintln(h.err.W, line)
}

// Close implements Base.
func (h *Human) Close() { h.live.close() }

// Diagnostics implements Base.
func (h *Human) Diagnostics(files map[string]*hcl.File, diags hcl.Diagnostics) {
	if len(diags) == 0 {
		return
	}
	h.Close()
	_ = lang.WriteDiagnostics(h.err.W, files, diags, h.err.width(), h.err.Color) // nobody is left to tell
}

// Note implements Base.
func (h *Human) Note(text string) { h.say(clean(text)) }

// Valid implements Validate.
func (h *Human) Valid(n RecipeCounts) {
	h.printf("recipe is valid: %s\n", strings.Join([]string{
		count(int64(n.Models), "model"), count(int64(n.Vodkas), "vodka"),
		count(int64(n.Cocktails), "cocktail"), count(int64(n.Releases), "release"),
	}, ", "))
}

// Formatted implements Fmt.
func (h *Human) Formatted(name string, changed bool) {
	if changed || h.verbose {
		h.printf("%s\n", clean(name))
	}
}

// Version implements Version.
func (h *Human) Version(v VersionInfo) {
	h.printf("cosmo %s (%s, %s)\n", v.Cosmo, v.Go, v.Platform)
}
