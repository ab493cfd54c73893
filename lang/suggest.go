package lang

import (
	"slices"
	"strings"
)

// Nearest gives the candidate most like name, "" if none is near: at most two
// edits, one for names of three letters, a third of long names; letter case
// counts nothing.
func Nearest(name string, candidates []string) string {
	const long = 60 // bytes; nobody means such a name by another
	best, bestDistance := "", max(2, len(name)/3)+1
	if len(name) <= 3 {
		bestDistance = 2
	}
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if len(name) > long || len(c) > long {
			continue
		}
		if d := edits(strings.ToLower(name), strings.ToLower(c)); d < bestDistance && d < max(len(name), len(c)) {
			best, bestDistance = c, d
		}
	}
	return best
}

// didYouMean ends a sentence about an unknown name: "; did you mean x?" or "".
func didYouMean(name string, candidates []string) string {
	if c := Nearest(name, candidates); c != "" {
		return "; did you mean " + c + "?"
	}
	return ""
}

// nearest among the names of a recipe, which may be many: the first errors
// get a suggestion.
func (e *evaluator) nearest(name string, candidates []string) string {
	if e.searches++; e.searches > maxSearches {
		return ""
	}
	return Nearest(name, candidates)
}

func (e *evaluator) didYouMean(name string, candidates []string) string {
	if c := e.nearest(name, candidates); c != "" {
		return "; did you mean " + c + "?"
	}
	return ""
}

// orList lists the candidates where no suggestion was found.
func orList(suggestion string, candidates []string) string {
	if suggestion != "" || len(candidates) == 0 {
		return suggestion
	}
	const most = 16
	rest := ""
	if len(candidates) > most {
		candidates, rest = candidates[:most], ", …"
	}
	return "; there is " + strings.Join(candidates, ", ") + rest + "."
}

// keyList shows the keys of a for_each, the nearest of many.
func (e *evaluator) keyList(key string, keys []string) string {
	quoted := make([]string, len(keys))
	for i, k := range keys {
		quoted[i] = quoteHCL(k)
	}
	if near := e.nearest(key, keys); near != "" && len(keys) > 5 {
		return "; did you mean " + quoteHCL(near) + "?"
	}
	return orList("", quoted)
}

// edits counts the single-letter edits between a and b; two neighbours that
// changed places are one (optimal string alignment).
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	before, last, row := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i, r := range x {
		row[0] = i + 1
		for j, s := range y {
			if r == s {
				row[j+1] = last[j]
				continue
			}
			row[j+1] = 1 + min(last[j], last[j+1], row[j])
			if i > 0 && j > 0 && r == y[j-1] && s == x[i-1] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
