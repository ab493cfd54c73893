package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"cosmo/engine/digest"
	"cosmo/engine/fsx"
)

// Damage is a file that is not what its entries say.
type Damage struct {
	Object    string   // path relative to the store, or absolute
	Addresses []string // what it was made for, sorted
	Reason    string
	SetAside  bool // it is in corrupt/ now
}

// VerifyReport says what Verify found. Damages are sorted by object.
type VerifyReport struct {
	Objects int   // files read
	Bytes   int64 // of them
	Damages []Damage
	// Missing lists files that are gone: removed by hand, or releases moved away
	// or replaced. They are made again when somebody asks for them.
	Missing []Damage
	// Healed counts entries whose file was touched but has the right bytes.
	Healed int
	// Broken counts files of the index that are no entry; they are misses.
	Broken int
}

// Check reads an object for Verify and returns its root and SHA-256, each of
// which may be zero if the op has none. An error says what is wrong with the
// object, unless Verify's context is over by then.
type Check func(e *Entry, f fsx.File) (root, sha256 digest.Sum, err error)

// Verify reads every object that an entry names, and every attachment, and
// compares their digests. Damaged ones are set aside into corrupt/ unless
// dryRun; their producers then run again. A file that was merely touched is
// recognised again. check is called once an object (with the first of its
// entries by key), not for blobs, which are named by their digest. progress,
// which may be nil, is told bytes, first before anything is read. Damage is in
// the report; the error is trouble with the disk or ctx.
func (s *Store) Verify(ctx context.Context, check Check, progress func(done, total int64), dryRun bool) (*VerifyReport, error) {
	v := &verifier{Store: s, ctx: ctx, rep: &VerifyReport{}, files: map[string]*suspect{}, check: check, dry: dryRun}
	if err := s.walk(v.add, v.broken); err != nil {
		return nil, fmt.Errorf("verify store: %w", err)
	}
	slices.SortFunc(v.order, func(a, b *suspect) int { return strings.Compare(a.rel, b.rel) })
	var total, done int64
	for _, f := range v.order {
		total += f.size
	}
	if progress != nil {
		progress(0, total)
	}
	for _, f := range v.order {
		if err := ctx.Err(); err != nil {
			return v.rep, fmt.Errorf("verify store: %w", context.Cause(ctx))
		}
		if err := v.one(f); err != nil {
			return v.rep, fmt.Errorf("verify %s: %w", f.rel, err)
		}
		if done += f.size; progress != nil {
			progress(done, total)
		}
	}
	return v.rep, nil
}

type verifier struct {
	*Store
	ctx   context.Context
	rep   *VerifyReport
	files map[string]*suspect
	order []*suspect
	check Check
	dry   bool
}

// suspect is a file with the entries that name it.
type suspect struct {
	rel     string
	size    int64
	entries []*Entry // as object; none for attachments only
	touched map[*Entry]bool
	users   []string
}

func (v *verifier) add(e *Entry, c condition) error {
	f := v.file(e.Object, e.Size)
	f.users = append(f.users, e.Address)
	if inStore(e.Object) || c != resized { // elsewhere, that is another file
		f.entries = append(f.entries, e)
		f.touched[e] = c == touched
	}
	if e.Attach != "" {
		a := v.file(e.Attach, 0)
		a.users = append(a.users, e.Address)
	}
	return nil
}

func (v *verifier) broken(string, int64) error {
	v.rep.Broken++
	return nil
}

func (v *verifier) file(rel string, size int64) *suspect {
	f := v.files[rel]
	if f == nil {
		f = &suspect{rel: rel, size: size, touched: map[*Entry]bool{}}
		v.files[rel] = f
		v.order = append(v.order, f)
	}
	return f
}

// one reads a file. Only trouble that is not about this file is an error.
func (v *verifier) one(f *suspect) error {
	file, err := v.fs.Open(v.Abs(f.rel))
	if isMissing(err) {
		v.rep.Missing = append(v.rep.Missing, f.damage("it is gone", false))
		return nil
	}
	if err != nil {
		return err
	}
	info, reason, err := v.read(f, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	switch {
	case reason == replaced:
		v.rep.Missing = append(v.rep.Missing, f.damage(reason, false))
		return nil
	case reason == "":
		return v.heal(f, info)
	}
	aside := !v.dry && inStore(f.rel)
	if aside {
		if err := v.setAsideIf(f.rel, info.Identity); err != nil {
			return err
		}
	}
	v.rep.Damages = append(v.rep.Damages, f.damage(reason, aside))
	return nil
}

// replaced is the reason of what is not to be found any more although there is
// a file.
const replaced = "another file is in its place"

// read compares a file's content; reason is "" when it is right.
func (v *verifier) read(f *suspect, file fsx.File) (info fsx.Info, reason string, err error) {
	if info, err = file.Stat(); err != nil {
		return info, "", err
	}
	if len(f.entries) == 0 && !inStore(f.rel) {
		return info, replaced, nil
	}
	v.rep.Objects++
	v.rep.Bytes += info.Size
	if strings.HasPrefix(f.rel, "blobs/") {
		b, err := v.readSmall(v.Abs(f.rel), maxSmall)
		if err != nil {
			return info, err.Error(), nil
		}
		if name, _, _ := strings.Cut(path.Base(f.rel), "."); digest.Of(b).Hex() != name {
			return info, "its bytes do not have the digest it is named by", nil
		}
	}
	if len(f.entries) == 0 || strings.HasPrefix(f.rel, "blobs/") {
		return info, "", nil
	}
	// A file elsewhere that was changed since is a later release, or somebody's:
	// what an entry told of it is not damaged but gone.
	stale := func(e *Entry) bool { return !inStore(f.rel) && f.touched[e] }
	e := f.entries[0]
	if info.Size != e.Size {
		return info, fmt.Sprintf("it is %d bytes long and should be %d", info.Size, e.Size), nil
	}
	root, sum, err := v.check(e, file)
	switch {
	case err != nil && v.ctx.Err() != nil:
		return info, "", context.Cause(v.ctx) // a reading that was broken off says nothing
	case err != nil && !slices.ContainsFunc(f.entries, func(e *Entry) bool { return !stale(e) }):
		return info, replaced, nil
	case err != nil:
		return info, err.Error(), nil
	}
	var right []*Entry
	for _, e := range f.entries {
		reason := ""
		if !root.IsZero() && root != e.Root {
			reason = fmt.Sprintf("its root is %s and should be %s", root, e.Root)
		} else if !sum.IsZero() && !e.SHA256.IsZero() && sum != e.SHA256 {
			reason = fmt.Sprintf("its sha256 is %s and should be %s", sum, e.SHA256)
		}
		switch {
		case reason == "":
			right = append(right, e)
		case !stale(e):
			return info, reason, nil
		}
	}
	if f.entries = right; len(right) == 0 {
		return info, replaced, nil
	}
	return info, "", nil
}

// heal renews entries whose file has the right bytes and another mtime.
func (v *verifier) heal(f *suspect, info fsx.Info) error {
	for _, e := range f.entries {
		if !f.touched[e] {
			continue
		}
		e.Identity = info.Identity
		c, err := v.inspect(e)
		if err == nil && c == sound {
			v.rep.Healed++
			if !v.dry {
				err = v.Publish(e, nil)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *suspect) damage(reason string, aside bool) Damage {
	slices.Sort(f.users)
	return Damage{Object: f.rel, Addresses: slices.Compact(f.users), Reason: reason, SetAside: aside}
}
