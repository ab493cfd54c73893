package lang

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Digits may be a number or a label ("768"). Every node keeps what it means as
// a number and what it means as an ingredient; an operator combines the
// meanings that fit, and at the top only the ingredient counts. Where two
// combinations fit, both are shown.

// meaning is one way to read a part of a formula.
type meaning struct {
	q       *quantity
	numbers []formulaToken // digits that this meaning takes for numbers
	rival   *quantity      // another way to read it as the same kind
}

type formulaNode struct {
	number, ingredient *meaning
	start, end         int
}

// broken nodes were reported: nothing more is said about what holds them.
func (n formulaNode) broken() bool { return n.number == nil && n.ingredient == nil }

type formulaParser struct {
	text     string
	tokens   []formulaToken
	at       int
	depth    int
	work     int // numbers in the mixes made on the way
	troubles []formulaTrouble
	stopped  bool // after a syntax error
}

// parseFormula reads a formula as a sum of ingredients; nil if it cannot. It
// tells how much work that was (see budget.go).
func parseFormula(text string, names formulaNames) (q *quantity, work int, troubles []formulaTrouble) {
	if len(text) > maxFormula {
		return nil, 0, []formulaTrouble{{start: 0, end: len(text), summary: "Formula too long", detail: "A formula has at most 1 MiB."}}
	}
	tokens, troubles := lexFormula(text, names)
	if len(tokens) == 0 {
		return nil, 0, troubles
	}
	p := &formulaParser{text: text, tokens: tokens, troubles: troubles, work: len(tokens)}
	q = p.formula()
	return q, p.work, p.troubles
}

func (p *formulaParser) formula() *quantity {
	if len(p.tokens) == 1 && len(p.troubles) == 0 {
		p.fail(0, len(p.text), "Empty formula", "Write what goes into the glass, as in 60% a + 40% b.")
		return nil
	}
	node := p.sum()
	if token := p.peek(); !p.stopped && token.kind != formulaEnd {
		p.unexpected(token)
	}
	if len(p.failures()) > 0 || node.broken() {
		return nil
	}
	m := node.ingredient
	if m == nil {
		detail := fmt.Sprintf("%s is a number: no block is named so.", shorten(p.text[node.start:node.end], 60))
		if parts, err := parseWeights(p.text); err == nil && len(parts) > 1 {
			detail += fmt.Sprintf(" Parts go into weights = %s, with of = [model.a, model.b, …].", quoteHCL(shorten(p.text, 60)))
		}
		p.fail(node.start, node.end, "A number is no mix", detail)
		return nil
	}
	if m.rival != nil {
		p.fail(node.start, node.end, "Two readings", fmt.Sprintf("This is %s, or %s. Put labels in quotes ('768'), and give numbers a %% or a decimal point.", m.q.text(), m.rival.text()))
		return nil
	}
	for _, token := range m.numbers {
		word := p.text[token.start:token.end]
		p.troubles = append(p.troubles, formulaTrouble{token.start, token.end, "Number that is also a label",
			fmt.Sprintf("%s is a number here; the ingredient of that name is written '%s'.", word, word), true})
	}
	return m.q
}

func (p *formulaParser) failures() []formulaTrouble {
	return slices.DeleteFunc(slices.Clone(p.troubles), func(t formulaTrouble) bool { return t.warning })
}

func (p *formulaParser) fail(start, end int, summary, detail string) {
	p.troubles = append(p.troubles, formulaTrouble{start: start, end: end, summary: summary, detail: detail})
}

func (p *formulaParser) peek() formulaToken { return p.tokens[p.at] }

// take reads an operator out of a set.
func (p *formulaParser) take(set string) (formulaToken, bool) {
	token := p.peek()
	for i := range len(set) {
		if token.kind == formulaOperator && token.op == set[i] {
			p.at++
			return token, true
		}
	}
	return token, false
}

func (p *formulaParser) unexpected(token formulaToken) formulaNode {
	if !p.stopped {
		p.stopped = true
		switch {
		case token.kind == formulaEnd:
			last := p.tokens[max(p.at-1, 0)]
			p.fail(last.start, last.end, "Formula ends early", "An ingredient or a number is missing after this.")
		case token.op == ')':
			p.fail(token.start, token.end, "Unexpected parenthesis", "This parenthesis closes nothing, or nothing stands before it.")
		case token.kind == formulaOperand:
			detail := "There is no +, -, * or / before this. A name of several words, or with signs in it, goes into quotes: 'my mix (v2)'."
			if p.tokens[min(p.at+1, len(p.tokens)-1)].op == '%' && p.tokens[min(p.at+2, len(p.tokens)-1)].kind != formulaOperand {
				detail = "There is no +, -, * or / before this. The share stands before its ingredient, as in 50% a."
			}
			p.fail(token.start, token.end, "Sign missing", detail)
		default:
			p.fail(token.start, token.end, "Unexpected sign", fmt.Sprintf("An ingredient or a number is missing before %s.", p.text[token.start:token.end]))
		}
	}
	return formulaNode{start: token.start, end: token.end}
}

// sum = product { (+|-) product }
func (p *formulaParser) sum() formulaNode {
	left := p.product()
	for !p.stopped {
		op, ok := p.take("+-")
		if !ok {
			break
		}
		right := p.product()
		left = p.combine(op.op, left, right)
	}
	return left
}

// product = factor { (*|/|nothing) factor }, where nothing stands between a
// number and what it multiplies.
func (p *formulaParser) product() formulaNode {
	left := p.factor()
	for !p.stopped {
		op, ok := p.take("*/")
		if !ok {
			next := p.peek()
			if next.kind != formulaOperand && !(next.kind == formulaOperator && next.op == '(') {
				break
			}
			if left.number == nil && !left.broken() {
				p.unexpected(formulaToken{kind: formulaOperand, start: next.start, end: next.end})
				break
			}
			op.op = '*'
		}
		right := p.factor()
		left = p.combine(op.op, left, right)
	}
	return left
}

// factor = { - | + } (operand | "(" sum ")") { % }
func (p *formulaParser) factor() formulaNode {
	negative := false
	first := p.peek()
	for {
		sign, ok := p.take("+-")
		if !ok {
			break
		}
		negative = negative != (sign.op == '-')
	}
	var node formulaNode
	token := p.peek()
	if _, ok := p.take("("); ok {
		if p.depth++; p.depth > maxNesting {
			p.stopped = true
			p.fail(token.start, token.end, "Formula too deep", fmt.Sprintf("There are more than %d parentheses within parentheses.", maxNesting))
			return formulaNode{start: token.start, end: token.end}
		}
		node = p.sum()
		closing, ok := p.take(")")
		if !ok && !p.stopped {
			if closing.kind == formulaEnd {
				p.stopped = true
				p.fail(token.start, token.end, "Parenthesis not closed", "The parenthesis that opens here does not close.")
			} else {
				p.unexpected(closing)
			}
		}
		p.depth--
		node.start, node.end = token.start, closing.end
	} else if token.kind == formulaOperand {
		p.at++
		node = operandNode(token)
	} else {
		return p.unexpected(token)
	}
	if percent, ok := p.take("%"); ok && !p.stopped {
		node = p.percent(node, percent)
		if again, ok := p.take("%"); ok {
			p.fail(again.start, again.end, "Two percent signs", "One % is enough, as in 50% a.")
		}
	}
	if negative {
		minusOne := &meaning{q: number(big.NewRat(-1, 1), false)}
		node = p.combine('*', formulaNode{number: minusOne, start: first.start, end: first.end}, node)
	}
	return node
}

func operandNode(t formulaToken) formulaNode {
	node := formulaNode{start: t.start, end: t.end}
	if t.number != nil {
		node.number = &meaning{q: number(t.number, false)}
		if t.name != nil || t.dotted {
			node.number.numbers = []formulaToken{t}
		}
	}
	if t.name != nil && t.name.quantity != nil {
		node.ingredient = &meaning{q: t.name.quantity}
	}
	return node
}

// percent takes hundredths: what stands before % is a number.
func (p *formulaParser) percent(node formulaNode, sign formulaToken) formulaNode {
	out := formulaNode{start: node.start, end: sign.end}
	if node.broken() {
		return out
	}
	if node.number == nil {
		p.fail(node.start, sign.end, "Percent of what", fmt.Sprintf("%s is an ingredient: the percentage stands before it, as in 50%% %s.", p.text[node.start:node.end], p.text[node.start:node.end]))
		return out
	}
	q, err := over(node.number.q, number(big.NewRat(100, 1), false))
	if err != nil {
		p.fail(node.start, sign.end, "Calculation not possible", sentence(err))
		return out
	}
	// Digits before % can only be a number: nothing to note about a block "50".
	out.number = &meaning{q: q}
	return out
}

// combine applies an operator to all meanings that fit.
func (p *formulaParser) combine(op byte, left, right formulaNode) formulaNode {
	out := formulaNode{start: left.start, end: right.end}
	if left.broken() || right.broken() {
		return out
	}
	if p.work > maxWork {
		p.stopped = true // the caller says so
		return out
	}
	var apply func(x, y *quantity) (*quantity, error)
	type pair struct{ x, y *meaning }
	asNumber, asIngredient := []pair{{left.number, right.number}}, []pair{}
	switch op {
	case '+', '-':
		apply = plus
		if op == '-' {
			apply = minus
		}
		asIngredient = append(asIngredient, pair{left.ingredient, right.ingredient})
	case '*':
		apply = times
		asIngredient = append(asIngredient, pair{left.number, right.ingredient}, pair{left.ingredient, right.number})
	case '/':
		apply = over
		asIngredient = append(asIngredient, pair{left.ingredient, right.number})
	}
	var failure error
	join := func(pairs []pair) *meaning {
		var found *meaning
		for _, c := range pairs {
			if c.x == nil || c.y == nil {
				continue
			}
			q, err := apply(c.x.q, c.y.q)
			if err != nil {
				failure = err
				continue
			}
			p.work += q.form.size()
			m := &meaning{q: q, numbers: slices.Concat(c.x.numbers, c.y.numbers)}
			switch {
			case found != nil && !found.q.equal(q):
				found.rival = q
			case found != nil:
			case c.x.rival != nil:
				m.rival, _ = apply(c.x.rival, c.y.q)
				found = m
			case c.y.rival != nil:
				m.rival, _ = apply(c.x.q, c.y.rival)
				found = m
			default:
				found = m
			}
		}
		return found
	}
	out.number, out.ingredient = join(asNumber), join(asIngredient)
	if out.broken() {
		p.explain(op, left, right, failure)
	}
	return out
}

// explain says why nothing fits.
func (p *formulaParser) explain(op byte, left, right formulaNode, failure error) {
	a, b := p.text[left.start:left.end], p.text[right.start:right.end]
	num, other := left, b
	if left.number == nil {
		num, other = right, a
	}
	switch {
	case failure != nil:
		p.fail(left.start, right.end, "Calculation not possible", sentence(failure))
	case (op == '+' || op == '-') && num.number != nil:
		word := p.text[num.start:num.end]
		detail := fmt.Sprintf("%s is a number, %s is not: no block is named %s.", word, shorten(other, 60), word)
		if strings.HasSuffix(word, "%") {
			detail = fmt.Sprintf("%s is a share of nothing: write what it is of, as in %s a.", word, word)
		} else if len(num.number.numbers) > 0 {
			detail = fmt.Sprintf("%s is a number here: write '%s' in quotes for the ingredient.", word, word)
		}
		p.fail(num.start, num.end, "Number and ingredient", detail)
	case op == '*':
		p.fail(left.start, right.end, "Ingredient times ingredient", fmt.Sprintf("%s and %s are both ingredients: a mix is a sum, as in 50%% a + 50%% b.", shorten(a, 60), shorten(b, 60)))
	default:
		p.fail(left.start, right.end, "Division by an ingredient", fmt.Sprintf("%s is an ingredient: only numbers can stand after /.", shorten(b, 60)))
	}
}
