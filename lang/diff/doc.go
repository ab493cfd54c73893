// Package diff compares two versions of a recipe by what ends up in the
// bottles: outputs flattened to ingredients, not the text of the files.
//
// Invariants: layout, comments, and the names and places of blocks are no
// change; what is equal in both versions is not listed; the order of all lists
// follows from the recipes alone. Only recipes and locks are looked at, no
// ingredient.
//
// What it must not know: the store, ops, and how changes are shown.
package diff
