// Package lint holds the tests that keep the house in order: which package may
// import which, how long files get, that every package says what it is, that
// nothing of the machine it was written on is left in a file, and that the
// recipes and links in the documents work.
//
// Its non-test files hold nothing but this comment. It may look at every file of
// the repository and is imported by none.
package lint
