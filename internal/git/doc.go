// Package git reads recipes out of a revision of a git repository, with the git
// program: it knows every format of repository that its user has.
//
// Invariants: nothing is written but what Install is for; a revision is resolved
// once, and read as of that commit; no text of a recipe is ever an option of
// git's.
package git
