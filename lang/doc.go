// Package lang reads what an author says: recipes in HCL become checked
// blocks, exact linear forms and diagnostics.
//
// A recipe names models, mixes them (vodka, cocktail) and releases the
// result. Every mix is flattened to a [Form] Σ cᵢ·xᵢ over model leaves, whose
// coefficients are exact rationals ([Coef]), one per block of the network
// where the author asked for that.
//
// Invariants:
//   - All errors of a recipe are reported at once, each once, each with a
//     range and a next step; what depends on something broken stays silent.
//   - The result depends on the recipe's bytes (and files it names) alone:
//     lists are sorted by address, nothing depends on map order or clocks.
//   - No input makes it panic, and limits bound time and memory (limits.go,
//     budget.go).
//
// What it must not know: tensors, files other than the recipe's own, the
// store, plans. How a merge method is computed belongs to ops, which passes a
// [MethodTable] in.
//
// Where to look: load.go is the entry; evaluate.go walks on demand;
// operators.go makes HCL's + - * / work on models; formula*.go is the text
// notation; form.go, coef.go and rat.go are plain mathematics without HCL.
package lang
