package ops

import (
	"math/big"

	"cosmo/lang"
)

// Methods are the merge methods that a recipe can call. All of these are
// linear: they stand for sums that could be written out, and flatten like them.
// Formulas and defaults are sd-mecha's and mergekit's; see docs/recipes.md.
func Methods() lang.MethodTable {
	model := func(name string) lang.Param { return lang.Param{Name: name, Kind: lang.OneModel} }
	models := lang.Param{Name: "models", Kind: lang.ManyModels}
	scalar := func(name string, standard *big.Rat) lang.Param {
		return lang.Param{Name: name, Kind: lang.OneScalar, Default: standard}
	}
	half, one := big.NewRat(1, 2), big.NewRat(1, 1)
	beta := []lang.Option{{Name: "beta", Kind: lang.OptionScalar, Default: half}}
	return lang.MethodTable{
		"weighted_sum": {
			Doc:    "(1 - alpha) a + alpha b",
			Params: []lang.Param{model("a"), model("b"), scalar("alpha", half)},
			Linear: func(in lang.Args) (*lang.Form, error) {
				return lerp(in.Model("a"), in.Model("b"), in.Scalar("alpha"))
			},
		},
		"add_difference": {
			Doc:    "a + alpha (b - c)",
			Params: []lang.Param{model("a"), model("b"), model("c"), scalar("alpha", one)},
			Linear: func(in lang.Args) (*lang.Form, error) {
				alpha := in.Scalar("alpha")
				return weigh([]*lang.Form{in.Model("a"), in.Model("b"), in.Model("c")}, []lang.Coef{lang.Scalar(one), alpha, alpha.Neg()})
			},
		},
		"n_average": {
			Doc:    "the mean of models",
			Params: []lang.Param{models},
			Linear: func(in lang.Args) (*lang.Form, error) { return mean(in.Models("models"), nil, true) },
		},
		"linear": {
			Doc:    "the sum of weights times models, over the sum of weights if normalize",
			Params: []lang.Param{models},
			Options: []lang.Option{
				{Name: "weights", Kind: lang.OptionScalars},
				{Name: "normalize", Kind: lang.OptionBool, Default: true},
			},
			Linear: func(in lang.Args) (*lang.Form, error) {
				weights, err := in.Scalars("weights", len(in.Models("models")))
				if err != nil {
					return nil, err
				}
				f, err := mean(in.Models("models"), weights, in.Bool("normalize"))
				if err != nil {
					return nil, in.Errorf("weights", "%w", err)
				}
				return f, nil
			},
		},
		"sum_twice": {
			Doc:     "(1 - beta) ((1 - alpha) a + alpha b) + beta c",
			Params:  []lang.Param{model("a"), model("b"), model("c"), scalar("alpha", half)},
			Options: beta,
			Linear: func(in lang.Args) (*lang.Form, error) {
				ab, err := lerp(in.Model("a"), in.Model("b"), in.Scalar("alpha"))
				if err != nil {
					return nil, err
				}
				return lerp(ab, in.Model("c"), in.Scalar("beta"))
			},
		},
		"triple_sum": {
			Doc:     "(1 - alpha - beta) a + alpha b + beta c",
			Params:  []lang.Param{model("a"), model("b"), model("c"), scalar("alpha", half)},
			Options: beta,
			Linear: func(in lang.Args) (*lang.Form, error) {
				alpha, beta := in.Scalar("alpha"), in.Scalar("beta")
				rest, err := lang.Scalar(one).Sub(alpha)
				if err == nil {
					rest, err = rest.Sub(beta)
				}
				if err != nil {
					return nil, err
				}
				return weigh([]*lang.Form{in.Model("a"), in.Model("b"), in.Model("c")}, []lang.Coef{rest, alpha, beta})
			},
		},
		"weighted_subtraction": {
			Doc:     "(a - alpha beta b) / (1 - alpha beta)",
			Params:  []lang.Param{model("a"), model("b"), scalar("alpha", half)},
			Options: beta,
			Linear: func(in lang.Args) (*lang.Form, error) {
				share, err := in.Scalar("alpha").Mul(in.Scalar("beta"))
				if err != nil {
					return nil, err
				}
				rest, err := lang.Scalar(one).Sub(share)
				if err != nil {
					return nil, err
				}
				f, err := weigh([]*lang.Form{in.Model("a"), in.Model("b")}, []lang.Coef{lang.Scalar(one), share.Neg()})
				if err != nil {
					return nil, err
				}
				return divide(f, rest)
			},
		},
	}
}

// weigh is the sum of coefficients times forms.
func weigh(forms []*lang.Form, by []lang.Coef) (*lang.Form, error) {
	total := &lang.Form{}
	for i, f := range forms {
		scaled, err := f.Scale(by[i])
		if err != nil {
			return nil, err
		}
		if total, err = total.Add(scaled); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// lerp is (1 − t)·a + t·b.
func lerp(a, b *lang.Form, t lang.Coef) (*lang.Form, error) {
	rest, err := lang.Scalar(big.NewRat(1, 1)).Sub(t)
	if err != nil {
		return nil, err
	}
	return weigh([]*lang.Form{a, b}, []lang.Coef{rest, t})
}

// mean weighs models, alike where there are no weights.
func mean(models []*lang.Form, weights []lang.Coef, normalize bool) (*lang.Form, error) {
	one := lang.Scalar(big.NewRat(1, 1))
	if weights == nil {
		for range models {
			weights = append(weights, one)
		}
	}
	f, err := weigh(models, weights)
	if err != nil || !normalize {
		return f, err
	}
	var sum lang.Coef
	for _, w := range weights {
		if sum, err = sum.Add(w); err != nil {
			return nil, err
		}
	}
	return divide(f, sum)
}

func divide(f *lang.Form, by lang.Coef) (*lang.Form, error) {
	inverse, err := lang.Scalar(big.NewRat(1, 1)).Div(by)
	if err != nil {
		return nil, err
	}
	return f.Scale(inverse)
}
