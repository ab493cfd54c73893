package lang

// Bounds against recipes that would eat the machine. They are far beyond what
// an author writes by hand.
const (
	maxRecipeBytes = 4 << 20       // all files of a recipe
	maxFileBytes   = 16 << 20      // what file() reads
	maxNesting     = 500           // brackets within brackets
	maxChain       = 1_000         // operators one after another, which nest in the syntax tree
	maxBlocks      = 10_000        // blocks and locals of a recipe
	maxInstances   = 10_000        // of one for_each
	maxTotal       = 50_000        // instances of a recipe
	maxTerms       = 10_000        // terms of one form
	maxSummands    = 16 * maxTerms // of a sum that has so many terms at most
	maxWork        = 2_000_000     // steps of a recipe, see budget.go
	maxCoefBits    = 4096          // of a numerator or denominator
	maxValueBytes  = 4 << 20       // text within one value
	maxValueItems  = 100_000       // elements within one value
	maxFormula     = 1 << 20       // bytes of one formula
	maxLabel       = 200
	maxDiagnostics = 200   // that are shown
	maxErrors      = 1_000 // after which a recipe is given up
	maxSearches    = 100   // for a name like the one written
)
