// Package graph holds linear mixes as one gorgonia expression graph: inputs
// are ingredients, coefficients are named placeholders, and a table beside the
// graph says which exact rational each placeholder stands for.
//
// The graph de-duplicates and orders, and its own tape machine is the float64
// oracle of the kernels' tests. Files are poured by package mix from the same
// rationals; a test holds the two against each other.
package graph
