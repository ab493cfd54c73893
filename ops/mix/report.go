package mix

import (
	"fmt"
	"sort"
	"strings"

	"cosmo/ops/checkpoint"
)

// report turns what was gathered tensor by tensor into one trouble each.
func (r *resolver) report() {
	var who []string
	for a := range r.lacking {
		who = append(who, a)
	}
	sort.Strings(who)
	for _, a := range who {
		r.fault("Missing tensors", "%s lacks %s that other ingredients of this mix have: %s. A tensor cannot be mixed with nothing; use a complete checkpoint.",
			a, count(len(r.lacking[a]), "tensor"), few(r.lacking[a]))
	}
	if len(r.forbidden) > 0 {
		r.fault("Extra tensors", "%s. extra_keys = \"error\" forbids that: \"drop\" leaves them out, \"keep\" takes them from the first ingredient that has them.", extras(r.forbidden))
	}
	if len(r.shapes) > 0 {
		r.fault("Different shapes", "%s cannot be mixed: %s.", count(len(r.shapes), "tensor"), few(r.shapes))
	}
	if len(r.formats) > 0 {
		r.fault("Number format that cannot be poured", "%s in one: %s. Use a file in F16, BF16, F32, F64, F8_E4M3 or F8_E5M2.", are(len(r.formats), "tensor"), few(r.formats))
	}
	if len(r.dropped) > 0 {
		r.warn("Extra tensors dropped", "%s. Write extra_keys = \"keep\" to take such tensors from the first ingredient that has them.", extras(r.dropped))
	}
	if len(r.parts) == 0 && !r.failed() {
		r.fault("Nothing to pour", "The ingredients have no tensors in common.")
	}
	if !r.failed() {
		r.reportIncomplete()
	}
}

// reportIncomplete tells of tensors that the architecture has and no
// ingredient brought.
func (r *resolver) reportIncomplete() {
	have := make(map[string]bool, len(r.parts))
	for i := range r.parts {
		name, _ := checkpoint.Canonical(r.parts[i].Name, r.parts[i].Shape)
		have[name] = true
	}
	var missing []string
	for _, s := range checkpoint.Complete(r.arch) {
		if !have[s.Name] && !checkpoint.Optional(s.Name) {
			missing = append(missing, s.Name)
		}
	}
	if len(missing) == 0 {
		return
	}
	const summary = "Incomplete checkpoint"
	detail := fmt.Sprintf("A complete checkpoint of %s has %s more than the ingredients bring: %s.", archName(r.arch), count(len(missing), "tensor"), few(missing))
	if r.Complete {
		r.fault(summary, "%s Use complete ingredients, or leave complete = true out.", detail)
	} else {
		r.warn(summary, "%s Some programs will not open the file, or take those tensors from elsewhere.", detail)
	}
}

// archName is an architecture as people call it.
func archName(a checkpoint.Arch) string { return checkpoint.Describe(&checkpoint.Traits{Arch: a}) }

// extras says of tensors why they are extra.
func extras(names []string) string {
	it := "them"
	if len(names) == 1 {
		it = "it"
	}
	return fmt.Sprintf("%s not in every ingredient, and the network does not need %s: %s", are(len(names), "tensor"), it, few(names))
}

// are begins a sentence: "1 tensor is", "2 tensors are".
func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// few lists the first names and counts the rest.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func shapeText(shape []int64) string {
	if len(shape) == 0 {
		return "scalar"
	}
	s := make([]string, len(shape))
	for i, n := range shape {
		s[i] = fmt.Sprint(n)
	}
	return strings.Join(s, "×")
}
