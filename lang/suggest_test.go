package lang

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	words := []string{"model", "vodka", "cocktail", "release", "recipe", "vae", "unet", "V1", "V3", "dreamshaper"}
	for _, c := range []struct{ name, want string }{
		{"modle", "model"}, {"vodkas", "vodka"}, {"Vodka", "vodka"}, {"cocktial", "cocktail"}, {"dreamshapr", "dreamshaper"}, {"dreamshaper_v8", "dreamshaper"},
		{"V2", "V1"}, {"unit", "unet"}, {"te", ""}, {"x", ""}, {"grid", ""}, {"", ""}, {strings.Repeat("x", 1000), ""},
	} {
		if got := nearest(c.name, words); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

// The distance obeys the laws of one, and counts single edits.
func TestLevenshtein(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("abé")), 0, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		d := levenshtein(a, b)
		if (d == 0) != (a == b) || d != levenshtein(b, a) || levenshtein(a, c) > d+levenshtein(b, c) {
			t.Fatalf("%q %q %q: %d", a, b, c, d)
		}
		if d > max(len([]rune(a)), len([]rune(b))) {
			t.Fatalf("%q %q: %d", a, b, d)
		}
	})
	for _, c := range []struct {
		a, b string
		want int
	}{{"kitten", "sitting", 3}, {"", "abc", 3}, {"abc", "abc", 0}, {"vodka", "vodak", 2}} {
		if got := levenshtein(c.a, c.b); got != c.want {
			t.Errorf("%q %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
