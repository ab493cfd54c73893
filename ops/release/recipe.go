package release

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"cosmo/engine/digest"
	"cosmo/lang"
)

// Recipe is the release as a recipe of its own: every ingredient pinned by its
// root, one flattened, exact mix, and all that shapes the file. Poured again, it
// gives the same bytes. It names no path: an ingredient that was a file of the
// author's is looked for beside the recipe, under its label.
func (l *Label) Recipe() string { return l.text(func(i Ingredient) digest.Sum { return i.Root }) }

// Text is Recipe without digests: what of a label the recipe alone decides. It
// is part of the release's key.
func (l *Label) Text() string { return l.text(func(Ingredient) digest.Sum { return digest.Sum{} }) }

func (l *Label) text(root func(Ingredient) digest.Sum) string {
	w := &recipeWriter{}
	for _, i := range l.Ingredients {
		source := i.Source
		if source == "" {
			source = fileName(i.Address.Name())
		}
		w.open("model", i.Address.Name())
		w.line("source", lang.Quote(source))
		if sum := root(i); !sum.IsZero() {
			w.line("root", lang.Quote(sum.Hex()))
		}
		w.close()
	}
	w.open("release", l.Name)
	w.line("model", l.formText(l.Form))
	w.line("file", lang.Quote(fileName(l.Name)))
	for _, part := range []struct {
		name string
		form *lang.Form
	}{{"vae", l.VAE}, {"clip", l.CLIP}} {
		if part.form != nil {
			w.line(part.name, l.formText(part.form))
		}
	}
	if len(l.DType) > 0 {
		w.line("dtype", l.dtype())
	}
	for _, t := range [][2]string{
		{"extra_keys", l.ExtraKeys}, {"title", l.Title}, {"description", l.Description}, {"author", l.Author}, {"license", l.License},
	} {
		if t[1] != "" {
			w.line(t[0], lang.Quote(t[1]))
		}
	}
	for _, f := range []struct {
		name string
		set  bool
	}{{"any_mass", l.AnyMass}, {"allow_nonfinite", l.AllowNonfinite}, {"complete", l.Complete}} {
		if f.set {
			w.line(f.name, "true")
		}
	}
	if !l.EmbedRecipe {
		w.line("embed_recipe", "false")
	}
	w.close()
	return w.String()
}

// dtype writes the types as a recipe does; "*" is all that are not named.
func (l *Label) dtype() string {
	if all, ok := l.DType["*"]; ok && len(l.DType) == 1 {
		return lang.Quote(all.String())
	}
	var parts []string
	for c, d := range l.DType {
		parts = append(parts, fmt.Sprintf("%s = %s", lang.Quote(c), lang.Quote(d.String())))
	}
	slices.Sort(parts)
	return "{ " + strings.Join(parts, ", ") + " }"
}

// recipeWriter lays out blocks.
type recipeWriter struct{ strings.Builder }

func (w *recipeWriter) open(kind, label string) { fmt.Fprintf(w, "%s %s {\n", kind, lang.Quote(label)) }
func (w *recipeWriter) line(name, value string) { fmt.Fprintf(w, "  %s = %s\n", name, value) }
func (w *recipeWriter) close()                  { w.WriteString("}\n") }

// fileName makes a file's name of a label.
func fileName(label string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, label) + ".safetensors"
}

// formText writes a form as a recipe expression with exact coefficients, over
// models that are labelled by their names. The leaf whose integer tensors are
// taken stands first, the others by name.
func (l *Label) formText(f *lang.Form) string {
	terms := slices.Clone(f.Terms)
	slices.SortFunc(terms, func(a, b lang.Term) int {
		if (a.Leaf == l.First) != (b.Leaf == l.First) {
			return cmp.Compare(btoi(b.Leaf == l.First), btoi(a.Leaf == l.First))
		}
		return strings.Compare(a.Leaf.Name(), b.Leaf.Name())
	})
	var b strings.Builder
	for n, t := range terms {
		c := t.Coef
		negative := c.IsScalar() && c.At("").Sign() < 0
		if negative {
			c = c.Neg()
		}
		switch {
		case n > 0 && negative:
			b.WriteString(" - ")
		case n > 0:
			b.WriteString(" + ")
		case negative:
			b.WriteString("-")
		}
		if !c.IsScalar() || c.At("").Cmp(big.NewRat(1, 1)) != 0 {
			b.WriteString(c.Expression() + " * ")
		}
		b.WriteString("model[" + lang.Quote(t.Leaf.Name()) + "]")
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
