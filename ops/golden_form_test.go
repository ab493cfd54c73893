package ops

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// form is Σ cᵢ·xᵢ for one tensor: coefficients by the names of the inputs.
type form map[string]*big.Rat

// readForm reads a case's text for one tensor, where a block profile is a
// number. It knows nothing of the language but what the cases use.
func readForm(text, tensor string) (f form, err error) {
	p := &formReader{tokens: formToken.FindAllString(text, -1), tensor: tensor}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read %q: %v", text, r)
		}
	}()
	f = p.sum().(form)
	if len(p.tokens) > 0 {
		return nil, fmt.Errorf("read %q: %q is left", text, p.tokens)
	}
	return f, nil
}

var formToken = regexp.MustCompile(`"[^"]*"|[A-Za-z_]\w*|[0-9.]+|[^\s]`)

type formReader struct {
	tokens []string
	tensor string
}

func (p *formReader) next() string {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *formReader) take(token string) bool {
	if len(p.tokens) > 0 && p.tokens[0] == token {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *formReader) sum() any {
	v := p.product()
	for {
		switch {
		case p.take("+"):
			v = plus(v, p.product())
		case p.take("-"):
			v = plus(v, times(big.NewRat(-1, 1), p.product()))
		default:
			return v
		}
	}
}

func (p *formReader) product() any {
	v := p.value()
	for {
		switch {
		case p.take("*"):
			v = times(v, p.value())
		case p.take("/"):
			v = times(new(big.Rat).Inv(p.value().(*big.Rat)), v)
		default:
			return v
		}
	}
}

func (p *formReader) value() any {
	switch t := p.next(); {
	case t == "-":
		return times(big.NewRat(-1, 1), p.value())
	case t == "(":
		v := p.sum()
		p.take(")")
		return v
	case t == "[":
		return p.list("]")
	case t == "{":
		options := map[string]any{}
		for !p.take("}") {
			name := p.next()
			p.take("=")
			options[name] = p.sum()
			p.take(",")
		}
		return options
	case t == "true":
		return true
	case t == "false":
		return false
	case t[0] == '"':
		return t[1 : len(t)-1]
	case t[0] >= '0' && t[0] <= '9':
		return rational(t)
	case p.take("("):
		return p.call(t, p.list(")"))
	default:
		return form{t: big.NewRat(1, 1)}
	}
}

func (p *formReader) list(end string) (list []any) {
	for !p.take(end) {
		list = append(list, p.sum())
		p.take(",")
	}
	return list
}

// call is what the README of the goldens says of the linear methods.
func (p *formReader) call(name string, args []any) any {
	options := map[string]any{}
	if o, ok := args[len(args)-1].(map[string]any); ok {
		options, args = o, args[:len(args)-1]
	}
	minus := func(x any) any { return times(big.NewRat(-1, 1), x) }
	lerp := func(a, b, t any) any { return plus(a, times(t, plus(b, minus(a)))) }
	one := any(big.NewRat(1, 1))
	beta := options["beta"]
	switch name {
	case "by_block":
		return blockWeight(args[0].(string), options["layout"], p.tensor)
	case "weighted_sum":
		return lerp(args[0], args[1], args[2])
	case "add_difference":
		return plus(args[0], times(args[3], plus(args[1], minus(args[2]))))
	case "sum_twice":
		return lerp(lerp(args[0], args[1], args[3]), args[2], beta)
	case "triple_sum":
		rest := plus(one, minus(plus(args[3], beta)))
		return plus(times(rest, args[0]), plus(times(args[3], args[1]), times(beta, args[2])))
	case "weighted_subtraction":
		share := times(args[2], beta)
		rest := plus(one, minus(share)).(*big.Rat)
		return times(new(big.Rat).Inv(rest), plus(args[0], minus(times(share, args[1]))))
	case "n_average", "linear":
		total, weight := any(form{}), any(new(big.Rat))
		for i, m := range args[0].([]any) {
			w := one
			if list, ok := options["weights"].([]any); ok {
				w = list[i]
			}
			total, weight = plus(total, times(w, m)), plus(weight, w)
		}
		if options["normalize"] == false {
			return total
		}
		return times(new(big.Rat).Inv(weight.(*big.Rat)), total)
	}
	panic("no method " + name)
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("no number " + text)
	}
	return r
}

func plus(a, b any) any {
	if x, ok := a.(*big.Rat); ok {
		return new(big.Rat).Add(x, b.(*big.Rat))
	}
	sum := form{}
	for _, f := range []form{a.(form), b.(form)} {
		for name, c := range f {
			if sum[name] == nil {
				sum[name] = new(big.Rat)
			}
			sum[name].Add(sum[name], c)
		}
	}
	return sum
}

func times(a, b any) any {
	x, aIsNumber := a.(*big.Rat)
	y, bIsNumber := b.(*big.Rat)
	switch {
	case aIsNumber && bIsNumber:
		return new(big.Rat).Mul(x, y)
	case bIsNumber:
		return times(b, a)
	}
	f := form{}
	for name, c := range b.(form) {
		f[name] = new(big.Rat).Mul(x, c)
	}
	return f
}

// blockWeight picks the number of a profile that a tensor gets: BASE, IN00…,
// M00, OUT00…, and for SDXL perhaps VAE.
func blockWeight(text string, layout any, tensor string) *big.Rat {
	numbers := strings.Split(text, ",")
	steps := 12
	if len(numbers) < 26 {
		steps = 9
	}
	at := 0
	unet, isUNet := strings.CutPrefix(tensor, "model.diffusion_model.")
	part, rest, _ := strings.Cut(unet, ".")
	index, _, _ := strings.Cut(rest, ".")
	i, _ := strconv.Atoi(index)
	switch {
	case isUNet && part == "input_blocks":
		at = 1 + i
	case isUNet && part == "middle_block":
		at = 1 + steps
	case isUNet && part == "output_blocks":
		at = 2 + steps + i
	case isUNet && part == "out":
		at = 1 + 2*steps
	case isUNet && layout != "mecha": // time_embed, label_emb
		at = 1
	case strings.HasPrefix(tensor, "first_stage_model.") && len(numbers) == 21:
		at = 20
	}
	return rational(strings.TrimSpace(numbers[at]))
}
