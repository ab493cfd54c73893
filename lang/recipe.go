package lang

import "github.com/hashicorp/hcl/v2"

// SourceChecker judges a model's source text without looking anything up. Its
// error says what to write instead.
type SourceChecker func(source string) error

// Options is what lang has to be told about the rest of the program.
type Options struct {
	Methods MethodTable   // nil: none beyond the language
	Sources SourceChecker // nil: any source text is accepted
	Inputs  map[string]Input

	work int // steps a recipe may take (budget.go); 0: maxWork
}

// Recipe is what an author said, checked: instances of for_each expanded,
// mixes flattened. Lists are sorted by address. A recipe that came with errors
// holds what is sound of it.
type Recipe struct {
	Name        string // from the recipe block, otherwise from the file or folder
	Description string
	License     string
	Path        string               // as given to Load
	Dir         string               // where relative paths start
	LockPath    string               // NAME.lock.hcl beside a file, cosmo.lock.hcl in a folder
	Files       map[string]*hcl.File // for printing diagnostics
	Variables   []*Variable
	Models      []*Model
	Mixes       []*Mix
	Choices     []*Choice
	Releases    []*Release

	blocks   map[Address][]Address // the instances of each block, for Goals
	failures map[Address]bool      // blocks and instances that are not sound
}

// Model is an ingredient.
type Model struct {
	Address     Address
	Source      string // a path, https:, hf:, civitai:, synth: text
	SHA256      string // 64 lower-case hex digits, or ""
	AutoV2      string // the first ten of them as model hubs print it, or ""
	Root        string // of the tensors, whatever the metadata: 64 lower-case hex digits, or ""
	License     string
	Range       hcl.Range // of the block's header
	SourceRange hcl.Range
}

// The kinds of mixes.
const (
	KindVodka    = "vodka"
	KindCocktail = "cocktail"
)

// Mix is a vodka or a cocktail.
type Mix struct {
	Address  Address
	Kind     string  // KindVodka or KindCocktail
	Form     *Form   // over models, flattened
	Direct   *Form   // over pourables, as written
	Text     string  // Direct in the author's order: 0.6 * vodka.mix4 + 0.4 * model.x
	First    Address // the model that is named first, whose integer tensors are taken
	Pour     Pour
	Range    hcl.Range // of the block's header
	MixRange hcl.Range // of the mix, formula or weights

	uses []Address // what it is made of, its vae and clip too
}

// Release is a file to be poured.
type Release struct {
	Address     Address
	Of          Address // the vodka, cocktail or model poured; "" where model is an expression of several
	Form        *Form   // over models, flattened
	Direct      *Form   // over pourables, as written
	Text        string  // Direct in the author's order
	First       Address // the model that is named first, whose integer tensors are taken
	File        string  // as written, relative to the recipe's Dir
	Pour        Pour    // the mix's, overridden by the release's own
	EmbedRecipe bool    // default true
	Title       string
	Description string
	Author      string
	License     string
	Range       hcl.Range // of the block's header
	FileRange   hcl.Range
}

// Pour says how a mix becomes a file.
type Pour struct {
	// DType gives the dtype by component: "unet", "clip", "vae", or "*" for all
	// that are not named. Values are F16, BF16, F32, F64, F8_E4M3, F8_E5M2. Nil is
	// the default rule: the widest among the used leaves.
	DType map[string]string
	// VAE and CLIP replace a component; flattened, of mass 1; nil to keep it.
	VAE, CLIP *Form
	// ExtraKeys says what happens to tensors that the architecture does not know:
	// "drop", "keep", "error", or "" for the default.
	ExtraKeys string
	// AnyMass: a mass other than 1 is meant. AllowNonfinite: new NaN or infinity
	// is accepted. Complete: a missing tensor of the architecture is an error.
	AnyMass, AllowNonfinite, Complete bool
}
