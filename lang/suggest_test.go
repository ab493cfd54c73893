package lang

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"model", "vodka", "cocktail", "release", "recipe", "vae", "unet", "V1", "V3", "dreamshaper"}
	for _, c := range []struct{ name, want string }{
		{"vea", "vae"}, {"modle", "model"}, {"vodkas", "vodka"}, {"Vodka", "vodka"}, {"cocktial", "cocktail"}, {"dreamshapr", "dreamshaper"}, {"dreamshaper_v8", "dreamshaper"},
		{"V2", "V1"}, {"unit", "unet"}, {"te", ""}, {"x", ""}, {"grid", ""}, {"", ""}, {strings.Repeat("x", 1000), ""},
	} {
		if got := Nearest(c.name, words); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// The distance counts single edits and swaps of neighbours; what both words
// share adds nothing.
func TestEdits(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("abé")), 0, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		d := edits(a, b)
		if (d == 0) != (a == b) || d != edits(b, a) || edits(a+c, b+c) > d || edits(c+a, c+b) > d {
			t.Fatalf("%q %q %q: %d", a, b, c, d)
		}
		if d > max(len([]rune(a)), len([]rune(b))) {
			t.Fatalf("%q %q: %d", a, b, d)
		}
	})
	for _, c := range []struct {
		a, b string
		want int
	}{{"kitten", "sitting", 3}, {"", "abc", 3}, {"abc", "abc", 0}, {"vodka", "vodak", 1}, {"vea", "vae", 1}, {"ab", "ba", 1}, {"abcd", "badc", 2}} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("%q %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
