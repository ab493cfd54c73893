package view

import (
	"io"
	"time"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine"
	"cosmo/lang/diff"
	"cosmo/ops"
)

// UIVersion is the version of the JSON lines: the first number is raised when
// a reader of the old ones would misread the new ones.
const UIVersion = "1.0"

// Base is what every command may say.
type Base interface {
	// Diagnostics prints trouble; files give the source excerpts.
	Diagnostics(files map[string]*hcl.File, diags hcl.Diagnostics)
	// Note prints a sentence that is neither a result nor trouble.
	Note(text string)
	// Close ends whatever is live on the terminal. It can be called twice.
	Close()
}

// Plan prints what an apply would do.
type Plan interface {
	Base
	Plan(*ops.PlanSummary)
}

// Apply prints a run: what it will do, how it goes, what it gave.
type Apply interface {
	Base
	Begin(*ops.PlanSummary)
	Event(engine.Event)
	Applied(*ops.Outcome)
}

// Validate prints that a recipe is sound, and what is in it.
type Validate interface {
	Base
	Valid(RecipeCounts)
}

// Fmt prints which files were laid out anew, or would be.
type Fmt interface {
	Base
	Formatted(name string, changed bool)
}

// Show prints what is in the bottle.
type Show interface {
	Base
	Bottles([]ops.Bottle)
}

// Diff prints what changed between two versions of a recipe.
type Diff interface {
	Base
	// Differences prints changes, for people perhaps as Markdown.
	Differences(c *diff.Changes, markdown bool)
}

// Lock prints what became of a lock.
type Lock interface {
	Base
	Event(engine.Event)
	Pinned(*ops.Pinned)
}

// Store prints the store's contents and what became of them.
type Store interface {
	Base
	Listed(*Listing)
	Verifying(done, total int64) // bytes; done is 0 at the first call
	Verified(*Verification)
	Collected(*Collection)
}

// Version prints which cosmo this is.
type Version interface {
	Base
	Version(VersionInfo)
}

// View is all of them; Human and JSON implement it.
type View interface {
	Plan
	Apply
	Validate
	Fmt
	Show
	Diff
	Lock
	Store
	Version
}

// RecipeCounts says how many of each block a recipe holds, instances counted.
type RecipeCounts struct {
	Models    int `json:"models"`
	Vodkas    int `json:"vodkas"`
	Cocktails int `json:"cocktails"`
	Releases  int `json:"releases"`
}

// VersionInfo names a build.
type VersionInfo struct {
	Cosmo    string // "v1.2.0", or "devel"
	Go       string // "go1.26.1"
	Platform string // "linux/amd64"
}

// Stream is one of the two outputs of a process.
type Stream struct {
	W        io.Writer
	Terminal bool
	Color    bool
	// Size tells the terminal's columns and rows now; nil or 0: not known.
	Size func() (columns, rows int)
}

// Config is what the views are made from.
type Config struct {
	Out, Err Stream
	Verbose  bool
	ByName   bool // shares by the names of ingredients, so that a change moves no other line
	Build    VersionInfo
	Now      func() time.Time // for rates and time left only
}

// defaultWidth is what text is wrapped at where nobody knows the width: what goes
// to a file is read on some screen later.
const defaultWidth = 80

// noWidth is wider than any line: what goes to a file or a program is not
// shortened.
const noWidth = 1 << 12

// width is how many columns prose is wrapped at.
func (s Stream) width() int {
	if w := s.room(); w < noWidth {
		return w
	}
	return defaultWidth
}

// room is how many columns a line has before it is shortened.
func (s Stream) room() int {
	if s.Size != nil {
		if w, _ := s.Size(); w >= 20 {
			return min(w, noWidth)
		}
	}
	return noWidth
}

func (s Stream) height() int {
	if s.Size != nil {
		if _, h := s.Size(); h >= 4 {
			return h
		}
	}
	return 24
}
