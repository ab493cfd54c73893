package lang

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The notation of posts and changelogs: "512 + 50% (V3 − V1)".

type formulaKind int

const (
	formulaEnd formulaKind = iota
	formulaOperator
	formulaOperand
)

// formulaToken is an operator (+ - * / % ( )) or an operand. An operand has a
// number, an ingredient, or, where digits are also a label, both; neither if it
// was reported.
type formulaToken struct {
	kind       formulaKind
	op         byte
	start, end int // bytes of the text
	number     *big.Rat
	name       *formulaName
	dotted     bool // a number with a point that is also a label
}

// formulaName is what a name stands for.
type formulaName struct {
	quantity *quantity               // nil: one of a group must be picked
	list     func(key string) string // ends a sentence with the instances, where the name is a group
	counted  bool                    // the group has count
	pick     func(key string) *quantity
	several  []string // addresses, where the name is not unique
}

// formulaTrouble is a diagnostic about a part of the text.
type formulaTrouble struct {
	start, end      int
	summary, detail string
	warning         bool
}

// formulaNames answers what names stand for.
type formulaNames interface {
	lookup(name string) *formulaName // nil: no such name
	spaced() []string                // names that hold spaces, longest first
	suggest(name string) string      // ends a sentence about an unknown name
	used(q *quantity, start, end int)
}

var formulaOperators = map[rune]byte{
	'+': '+', '-': '-', '−': '-', '–': '-', '—': '-', '*': '*', '×': '*', '·': '*', '⋅': '*', '/': '/', '÷': '/', '%': '%', '(': '(', ')': ')',
}

var numberPrefix = regexp.MustCompile(`^(\d+(\.\d+)?|\.\d+)`)

type formulaLexer struct {
	text     string
	names    formulaNames
	tokens   []formulaToken
	troubles []formulaTrouble
	garbled  bool // there is something that is no token
}

// maxFormulaTokens bounds the sums that are made step by step.
const maxFormulaTokens = 4 * maxChain

// lexFormula gives no tokens where parsing them would only add to the troubles.
func lexFormula(text string, names formulaNames) ([]formulaToken, []formulaTrouble) {
	l := &formulaLexer{text: text, names: names}
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if len(l.tokens) > maxFormulaTokens {
			l.trouble(at, len(text), "Formula too long", fmt.Sprintf("A formula has at most %d numbers, names and signs.", maxFormulaTokens))
			return nil, l.troubles
		}
		switch op, isOperator := formulaOperators[r]; {
		case unicode.IsSpace(r):
			at += n
		case isOperator:
			l.tokens = append(l.tokens, formulaToken{kind: formulaOperator, op: op, start: at, end: at + n})
			at += n
		case r == '"' || r == '\'':
			at = l.quoted(at, r)
		case isNameRune(r) || r == '.' && at+1 < len(text) && isDigit(text[at+1]):
			at = l.word(at)
		default:
			detail := fmt.Sprintf("A formula has no %q here. A name that holds it goes into quotes: 'my %c mix'.", r, r)
			if hint := l.strayHint(at, r); hint != "" {
				detail = hint
			}
			l.trouble(at, at+n, "Unexpected character", detail)
			l.garbled = true
			at += n
		}
	}
	if l.garbled {
		return nil, l.troubles
	}
	l.tokens = append(l.tokens, formulaToken{kind: formulaEnd, start: len(text), end: len(text)})
	return l.tokens, l.troubles
}

// fractions are single signs that people type for shares.
var fractions = map[rune]string{'½': "0.5", '¼': "0.25", '¾': "0.75", '⅓': "1/3", '⅔': "2/3", '⅕': "0.2", '⅛': "0.125"}

// strayHint says what to write instead of a character that formulas do not
// have.
func (l *formulaLexer) strayHint(at int, r rune) string {
	before, after := l.text[:at], l.text[at+utf8.RuneLen(r):]
	inNumber := before != "" && isDigit(before[len(before)-1]) && after != "" && isDigit(after[0])
	switch {
	case r == ',' && inNumber:
		return "A formula has no comma: decimals are written with a point, as in 0.5."
	case r == ',':
		return "A formula has no comma: a mix is a sum, as in 50% a + 50% b."
	case r == ':' && after != "" && isDigit(after[0]):
		return "A share stands before its ingredient, as in 0.5 a."
	case fractions[r] != "":
		return fmt.Sprintf("A formula has no %c: write %s.", r, fractions[r])
	}
	return ""
}

func isNameRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func (l *formulaLexer) trouble(start, end int, summary, detail string) {
	l.troubles = append(l.troubles, formulaTrouble{start: start, end: end, summary: summary, detail: detail})
}

// quoted reads "a name" or 'a name'.
func (l *formulaLexer) quoted(at int, quote rune) int {
	length := strings.IndexRune(l.text[at+1:], quote)
	if length < 0 {
		l.trouble(at, len(l.text), "Quote not closed", fmt.Sprintf("The quote %c that begins here does not end.", quote))
		l.garbled = true
		return len(l.text)
	}
	end := at + length + 2
	name := l.text[at+1 : end-1]
	found := l.names.lookup(name)
	if found == nil {
		l.trouble(at, end, "Unknown ingredient", fmt.Sprintf("There is no ingredient %s%s", quoteHCL(shorten(name, 60)), ending(l.names.suggest(name))))
	}
	return l.operand(at, end, formulaToken{name: found})
}

// word reads a name or a number: at first what begins here as a whole, with
// points and inner minus signs.
func (l *formulaLexer) word(at int) int {
	for _, name := range l.names.spaced() {
		if end := at + len(name); strings.HasPrefix(l.text[at:], name) && l.boundary(end) {
			return l.operand(at, end, formulaToken{name: l.names.lookup(name)})
		}
	}
	whole := l.run(at, true)
	short := l.run(at, false)
	if whole > short {
		name := l.text[at:whole]
		if found := l.names.lookup(name); found != nil {
			if pieces := strings.Split(name, "-"); l.difference(pieces) {
				l.trouble(at, whole, "Two readings", fmt.Sprintf("This is the ingredient '%s', or %s. Write '%s' in quotes for the one, spaces around - for the other.", name, strings.Join(pieces, " - "), name))
				found = nil
			}
			return l.operand(at, whole, formulaToken{name: found})
		}
	}
	if key := instanceKey.FindStringSubmatch(l.text[short:]); key != nil && slices.Contains(formulaTypes, l.text[at:short]) {
		if found := l.names.lookup(l.text[at:short] + "." + unquoted(key)); found != nil {
			return l.operand(at, short+len(key[0]), formulaToken{name: found})
		}
	}
	return l.plain(at, short)
}

// difference tells whether one piece can be taken from another: all are
// ingredients, or all are numbers.
func (l *formulaLexer) difference(pieces []string) bool {
	return !slices.ContainsFunc(pieces, func(piece string) bool { return l.names.lookup(piece) == nil }) ||
		!slices.ContainsFunc(pieces, func(piece string) bool { return numberPrefix.FindString(piece) != piece })
}

// plain reads a word without minus signs: a label, a number, or a number with
// a name right after it (0.5X).
func (l *formulaLexer) plain(at, end int) int {
	word := l.text[at:end]
	found := l.names.lookup(word)
	number := numberPrefix.FindString(word)
	switch {
	case number == word:
		r, _ := parseRat(word)
		dotted := found != nil && strings.Contains(word, ".")
		if r == nil {
			l.trouble(at, end, "Number too long", "A number has at most 1000 characters.")
		}
		if dotted {
			return l.operand(at, end, formulaToken{number: r, dotted: true})
		}
		return l.operand(at, end, formulaToken{number: r, name: found})
	case found != nil:
		return l.operand(at, end, formulaToken{name: found})
	case number != "" && word[len(number)] != '.':
		r, _ := parseRat(number)
		if r == nil {
			l.trouble(at, at+len(number), "Number too long", "A number has at most 1000 characters.")
		}
		return l.operand(at, at+len(number), formulaToken{number: r})
	}
	// a-b-c where only "a-b" is a label.
	whole := l.text[at:l.run(at, true)]
	for i := len(whole); i > len(word); i-- {
		if name := strings.TrimSuffix(whole[:i], "-"); len(name) > len(word) && l.names.lookup(name) != nil {
			l.trouble(at, at+len(whole), "Unknown ingredient", fmt.Sprintf("There is no ingredient %s; for the ingredient %s followed by a minus write '%s' - …", whole, name, name))
			return l.operand(at, at+len(whole), formulaToken{})
		}
	}
	l.trouble(at, end, "Unknown ingredient", fmt.Sprintf("There is no ingredient %s%s", shorten(word, 60), ending(l.names.suggest(word))))
	return l.operand(at, end, formulaToken{})
}

// run finds where the word that begins at a place ends. With minus signs it
// goes no farther than a label can.
func (l *formulaLexer) run(at int, minus bool) int {
	end := at
	for end < len(l.text) && !(minus && end > at+2*maxLabel) {
		r, n := utf8.DecodeRuneInString(l.text[end:])
		inner := (r == '.' || minus && r == '-') && end+n < len(l.text)
		if inner {
			next, _ := utf8.DecodeRuneInString(l.text[end+n:])
			inner = isNameRune(next)
		}
		if !isNameRune(r) && !inner {
			break
		}
		end += n
	}
	return end
}

func (l *formulaLexer) boundary(at int) bool {
	r, _ := utf8.DecodeRuneInString(l.text[at:])
	return at == len(l.text) || !isNameRune(r)
}

// operand adds a token; a group is followed by the key of one instance.
func (l *formulaLexer) operand(start, end int, t formulaToken) int {
	if t.name != nil && len(t.name.several) > 0 {
		l.trouble(start, end, "Ingredient not unique", fmt.Sprintf("%s may be %s: write the one that is meant.", l.text[start:end], orJoin(t.name.several)))
		t = formulaToken{}
	}
	if t.name != nil && t.name.pick != nil {
		end, t = l.instance(start, end, t)
	}
	if t.name != nil && t.name.quantity != nil {
		l.names.used(t.name.quantity, start, end)
	}
	t.kind, t.start, t.end = formulaOperand, start, end
	l.tokens = append(l.tokens, t)
	return end
}

var instanceKey = regexp.MustCompile(`^\s*\[\s*("[^"]*"|'[^']*'|[0-9]+)\s*\]`)

// instance reads ["key"] after the name of a block with for_each, or [0] after
// one with count.
func (l *formulaLexer) instance(start, end int, t formulaToken) (int, formulaToken) {
	key := instanceKey.FindStringSubmatch(l.text[end:])
	if key == nil {
		if t.name.quantity != nil {
			return end, t
		}
		step := "['key']"
		if t.name.counted {
			step = "[0]"
		}
		l.trouble(start, end, "Several models", fmt.Sprintf("%s is a group of models, one for each key: write %s%s%s", l.text[start:end], l.text[start:end], step, ending(t.name.list(""))))
		return end, formulaToken{}
	}
	after := end + len(key[0])
	q := t.name.pick(unquoted(key))
	if q == nil {
		l.trouble(start, after, "Unknown instance", fmt.Sprintf("%s has no instance %s%s", l.text[start:end], quoteHCL(unquoted(key)), ending(t.name.list(unquoted(key)))))
		return after, formulaToken{}
	}
	return after, formulaToken{name: &formulaName{quantity: q}}
}

// unquoted is the key that instanceKey found, without its quotes.
func unquoted(key []string) string {
	if text := key[1]; text[0] == '"' || text[0] == '\'' {
		return text[1 : len(text)-1]
	}
	return key[1]
}
