package lang

// Bounds against recipes that would eat the machine. They are far beyond what
// an author writes by hand.
const (
	maxFileBytes   = 16 << 20 // a recipe file, and what file() reads
	maxNesting     = 500      // brackets within brackets
	maxChain       = 1_000    // operators one after another, which nest in the syntax tree
	maxForNesting  = 3        // for expressions within for expressions
	maxBlocks      = 10_000   // blocks and locals of a recipe
	maxInstances   = 10_000   // of one for_each
	maxTotal       = 50_000   // instances of a recipe
	maxTerms       = 10_000   // terms of one form
	maxTotalTerms  = 1_000_000
	maxCoefBits    = 4096    // of a numerator or denominator
	maxValueBytes  = 4 << 20 // text within one value
	maxValueItems  = 100_000 // elements within one value
	maxFormula     = 1 << 20 // bytes of one formula
	maxLabel       = 200
	maxDiagnostics = 200
)
