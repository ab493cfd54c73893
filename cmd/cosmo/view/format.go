package view

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"cosmo/lang"
)

// Bytes writes a byte count with three digits and decimal units, as disks and
// hubs count: "2.13 GB".
func Bytes(n int64) string { return scaled(float64(n), "B") }

// rate writes bytes a second: "1.20 GB/s".
func rate(perSecond float64) string { return scaled(perSecond, "B/s") }

func scaled(v float64, unit string) string {
	if v < 0 {
		return "-" + scaled(-v, unit)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "? " + unit
	}
	if math.Round(v) < 1000 {
		return fmt.Sprintf("%.0f %s", v, unit)
	}
	prefix := ""
	for _, prefix = range []string{"k", "M", "G", "T", "P", "E"} {
		v /= 1000
		if v < 999.5 {
			break
		}
	}
	digits := 2
	switch {
	case v >= 99.95:
		digits = 0
	case v >= 9.995:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + prefix + unit
}

// Duration writes seconds for a person: "0.25 s", "3.4 s", "1 min 12 s",
// "2 h 05 min".
func Duration(seconds float64) string {
	switch {
	case math.IsNaN(seconds) || seconds < 0:
		return "?"
	case seconds < 0.995:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds < 9.95:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 59.5:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 3599.5:
		n := int(math.Round(seconds))
		return fmt.Sprintf("%d min %02d s", n/60, n%60)
	case seconds < 1e7:
		n := int(math.Round(seconds / 60))
		return fmt.Sprintf("%d h %02d min", n/60, n%60)
	}
	return "months"
}

// count writes a number and its noun: "1 release", "1,131 tensors".
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// kinds counts addresses by what they are, in the order of the kinds' rank:
// "6 cocktails and 10 releases".
func kinds(addresses []string) string {
	n := map[string]int64{}
	for _, a := range addresses {
		kind, _, _ := lang.Address(a).Parts()
		n[kind]++
	}
	var parts []string
	for _, kind := range []string{"model", "vodka", "cocktail", "release"} {
		if n[kind] > 0 {
			parts = append(parts, count(n[kind], kind))
			delete(n, kind)
		}
	}
	var rest int64
	for _, c := range n {
		rest += c
	}
	if rest > 0 {
		parts = append(parts, count(rest, "output"))
	}
	return list(parts)
}

// list joins words as a sentence does: "a", "a and b", "a, b and c".
func list(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
