package ops

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"cosmo/engine/fsx"
	"cosmo/lang"
	"cosmo/ops/source"
)

// placeOf is where a release belongs, absolute.
func placeOf(r *lang.Recipe, rel *lang.Release) string {
	path := filepath.FromSlash(rel.File)
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// pathOf is where an ingredient's file lies; an error if it is no file.
func pathOf(r *lang.Recipe, m *lang.Model) (string, error) {
	path, err := source.LocalPath(m.Source)
	if err == nil && !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	return path, err
}

// checkPlaces refuses releases that would take the place of an ingredient or of
// each other, or lie within the store, where clearing it would take them away.
func (s *Session) checkPlaces() hcl.Diagnostics {
	var diags hcl.Diagnostics
	spots, taken := map[spot]*lang.Model{}, map[spot]*lang.Release{}
	for _, m := range s.Recipe.Models {
		if strings.HasPrefix(m.Source, "synth:") {
			continue
		}
		if path, err := pathOf(s.Recipe, m); err == nil {
			spots[s.spot(path)] = m
		}
	}
	for _, rel := range s.Recipe.Releases {
		refuse := func(summary, detail string) {
			at := rel.FileRange
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at})
		}
		place := placeOf(s.Recipe, rel)
		at := s.spot(place)
		if other := taken[at]; other != nil {
			refuse("Two releases in one file", fmt.Sprintf("%s and %s are both written to %s, by two ways: give one of them another file.", other.Address, rel.Address, place))
		}
		taken[at] = rel
		if m := spots[at]; m != nil {
			refuse("Release over an ingredient", fmt.Sprintf("%s would take the place of the file that %s is read from: give it another file.", rel.Address, m.Address))
		}
		if s.within(place, s.Store.Dir()) {
			refuse("Release in the store", fmt.Sprintf("%s would lie within the store %s, which looks after its own files: give it another file.", rel.Address, s.Store.Dir()))
		}
	}
	return diags
}

// spot tells places apart however they are spelled: a name in a folder. The
// name is folded, for file systems that ignore case; on others, two names that
// differ in case alone count as one, too, which is hardly missed.
type spot struct {
	dev, ino uint64
	dir      string // if the folder has no number
	name     string
}

func (s *Session) spot(path string) spot {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	dir := filepath.Dir(path)
	at := spot{dir: dir, name: strings.ToLower(filepath.Base(path))}
	if info, err := s.opt.FS.Stat(dir); err == nil && info.Ino != 0 {
		at.dev, at.ino, at.dir = info.Dev, info.Ino, ""
	}
	return at
}

// within reports whether a path lies below a folder, by whatever way it leads
// there.
func (s *Session) within(path, dir string) bool {
	want, err := s.opt.FS.Stat(dir)
	if err != nil {
		return false
	}
	for up := filepath.Dir(path); ; up = filepath.Dir(up) {
		if info, err := s.opt.FS.Stat(up); err == nil && same(info, want) || up == filepath.Clean(dir) {
			return true
		}
		if up == filepath.Dir(up) {
			return false
		}
	}
}

func same(a, b fsx.Info) bool { return a.Ino != 0 && a.Dev == b.Dev && a.Ino == b.Ino }
