package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// evaluator works on demand: what an expression refers to is evaluated when it
// is needed, each symbol once, and a symbol that is needed while it is being
// evaluated is a cycle. A symbol that failed has been reported; whatever needs
// it fails in silence.
type evaluator struct {
	recipe  *Recipe
	options Options
	table   map[string]function.Function

	blocks     map[string]map[string]*block // by type and label
	order      []*block                     // as in the files, then by address
	locals     map[string]*local
	localOrder []*local
	variables  map[string]*variable
	checks     []*hclsyntax.Block
	instances  map[Address]*instance
	names      map[named]Address
	count      int // blocks and locals
	total      int // instances
	budget     budget
	searches   int
	spaced     []string // labels with spaces, see recipeNames

	stack    []*task
	opErrors map[hclsyntax.Expression]error
	diags    hcl.Diagnostics
	said     map[string]bool
	stopped  bool // nothing more is evaluated
}

// task is the evaluation of one symbol.
type task struct {
	name  string
	each  bool // it is a for_each
	state taskState
	from  hcl.Range // where the symbol was needed first
}

type taskState int

const (
	taskNew taskState = iota
	taskRunning
	taskDone
	taskFailed
)

type block struct {
	kind, label string
	address     Address
	body        *hclsyntax.Body
	header      hcl.Range
	expansion   task
	multi       bool      // has for_each or count
	counted     bool      // has count
	models      cty.Value // what expressions see of it, once that is known
	instances   []*instance
	broken      bool            // was reported while it was declared
	misspelt    map[string]bool // attributes that unknown ones were taken for
}

type local struct {
	task  task
	attr  *hclsyntax.Attribute
	value cty.Value
}

// scope is where an expression stands.
type scope struct {
	each *instance             // nil outside for_each
	refs map[Address]hcl.Range // receives where blocks are named
}

func newEvaluator(r *Recipe, opts Options, read func(string) ([]byte, error)) *evaluator {
	e := &evaluator{
		recipe: r, options: opts,
		blocks: map[string]map[string]*block{}, locals: map[string]*local{}, variables: map[string]*variable{}, instances: map[Address]*instance{}, names: map[named]Address{},
		opErrors: map[hclsyntax.Expression]error{}, said: map[string]bool{}, budget: budget{cmp.Or(opts.work, maxWork)},
	}
	e.table = functions(opts.Methods, e.fileReader(read), &e.budget)
	return e
}

func (e *evaluator) run(bodies []*hclsyntax.Body) {
	e.declare(bodies) // types are read from the syntax, before overload changes it
	for _, body := range bodies {
		overload(body, e.opErrors, &e.budget, e.table)
	}
	// In the order of names, so that the layout of files does not tell which of
	// several cycles is met first.
	slices.SortFunc(e.localOrder, func(a, b *local) int { return cmp.Compare(a.attr.Name, b.attr.Name) })
	slices.SortFunc(e.order, func(a, b *block) int { return cmp.Compare(a.address, b.address) })
	e.validateVariables()
	for _, l := range e.localOrder {
		e.local(l, l.attr.NameRange)
	}
	for _, b := range e.order {
		e.expand(b, b.header)
	}
	for _, b := range e.order {
		for _, in := range b.instances {
			e.finish(in)
		}
	}
	e.runChecks()
	e.collect()
}

// once runs the evaluation of a symbol that is needed at a range, the first
// time; it tells whether the symbol is sound.
func (e *evaluator) once(t *task, at hcl.Range, run func() bool) bool {
	switch t.state {
	case taskDone:
		return true
	case taskFailed:
		return false
	case taskRunning:
		e.cycle(t, at)
		return false
	}
	t.state, t.from = taskRunning, at
	e.stack = append(e.stack, t)
	ok := run()
	e.stack = e.stack[:len(e.stack)-1]
	t.state = taskFailed
	if ok {
		t.state = taskDone
	}
	return ok
}

// Hop is a step of a cycle: Name needs the next one, at Range.
type Hop struct {
	Name  string
	Range hcl.Range
}

// Cycle is the Extra of a diagnostic about a cycle.
type Cycle struct{ Hops []Hop }

// cycle reports that t, which is being evaluated, is needed again at a range.
func (e *evaluator) cycle(t *task, at hcl.Range) {
	ring := e.stack[slices.Index(e.stack, t):]
	var hops []Hop
	for i, member := range ring {
		needed := at
		if i+1 < len(ring) {
			needed = ring[i+1].from
		}
		hops = append(hops, Hop{member.name, needed})
	}
	// The same cycle reads the same wherever it was entered.
	first := slices.Index(hops, slices.MinFunc(hops, func(a, b Hop) int {
		return cmp.Or(cmp.Compare(a.Range.Filename, b.Range.Filename), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte), cmp.Compare(a.Name, b.Name))
	}))
	hops = slices.Concat(hops[first:], hops[:first])
	var names, lines []string
	for i, h := range hops {
		if i < 50 {
			names = append(names, h.Name)
			lines = append(lines, fmt.Sprintf("%s needs %s at %s,%d", h.Name, hops[(i+1)%len(hops)].Name, position(h.Range), h.Range.Start.Column))
		}
	}
	if len(hops) > 50 {
		names, lines = append(names, "…"), append(lines, fmt.Sprintf("… and %d more", len(hops)-50))
	}
	names = append(names, hops[0].Name)
	what := "A mix cannot be an ingredient of itself"
	if strings.HasPrefix(hops[0].Name, "choose") {
		what = "A choice cannot depend on itself"
	}
	if slices.ContainsFunc(ring, func(t *task) bool { return strings.HasPrefix(t.name, "local.") || strings.HasPrefix(t.name, "var.") }) {
		what = "A value cannot be made of itself"
	} else if slices.ContainsFunc(ring, func(t *task) bool { return t.each }) {
		what = "What a for_each goes over cannot depend on the blocks it makes"
	}
	e.add(&hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Cycle", Subject: hops[0].Range.Ptr(), Extra: Cycle{hops},
		Detail: fmt.Sprintf("%s: %s.\n%s.\nBreak it at one of these places.", what, strings.Join(names, " → "), strings.Join(lines, ";\n")),
	})
}

func (e *evaluator) local(l *local, at hcl.Range) bool {
	return e.once(&l.task, at, func() bool {
		v, ok := e.eval(l.attr.Expr, &scope{})
		if !ok {
			return false
		}
		if err := checkSize(v); err != nil {
			e.fail(l.attr.Expr.Range(), "Value too large", sentence(err))
			return false
		}
		l.value = v
		return true
	})
}

// eval evaluates an expression. It is not ok if anything in it is unsound or
// unknown; that has been reported.
func (e *evaluator) eval(expr hclsyntax.Expression, s *scope) (cty.Value, bool) {
	if e.stopped {
		return cty.DynamicVal, false
	}
	callable := e.checkExpression(expr)
	ctx, ok := e.context(expr, s)
	if !callable {
		return cty.DynamicVal, false
	}
	v, diags := expr.Value(ctx)
	for _, d := range diags {
		e.add(e.improve(d))
	}
	if diags.HasErrors() || !ok {
		return cty.DynamicVal, false
	}
	if e.budget.spend(written(expr)) != nil || e.budget.spendOn(v) != nil {
		e.add(tooMuchWork(expr.Range().Ptr()))
		return cty.DynamicVal, false
	}
	if !v.IsWhollyKnown() {
		return cty.DynamicVal, false // something it refers to failed
	}
	return v, true
}

// checkExpression reports numbers beyond all measure and functions that do not
// exist.
func (e *evaluator) checkExpression(expr hclsyntax.Expression) bool {
	ok := true
	_ = hclsyntax.VisitAll(expr, func(node hclsyntax.Node) hcl.Diagnostics {
		switch n := node.(type) {
		case *hclsyntax.LiteralValueExpr:
			if n.Val.Type() == cty.Number && checkNumber(n.Val) != nil {
				ok = false
				e.fail(n.SrcRange, "Number too large", "A number has at most 4096 bits before the point and after it.")
			}
		case *hclsyntax.FunctionCallExpr:
			ok = e.checkCall(n) && ok
		}
		return nil
	})
	return ok
}

func (e *evaluator) checkCall(n *hclsyntax.FunctionCallExpr) bool {
	if _, known := e.table[n.Name]; known {
		return true
	}
	if n.Name == "pick" {
		e.fail(n.NameRange, "pick outside choose", "pick says what a choose block takes: choose \"name\" { from = […], by = pick(\"label\") }.")
		return false
	}
	if slices.Contains(notYet, n.Name) {
		detail := fmt.Sprintf("%s is not available in this version.", n.Name)
		if methods := sortedKeys(e.options.Methods); len(methods) > 0 {
			detail += fmt.Sprintf(" It has + - * / on models and the methods %s.", strings.Join(methods, ", "))
		}
		e.fail(n.NameRange, "Not available yet", detail)
		return false
	}
	e.fail(n.NameRange, "Unknown function", fmt.Sprintf("There is no function or method %q%s", shorten(n.Name, 60), ending(e.didYouMean(n.Name, append(sortedKeys(e.table), notYet...)))))
	return false
}

// fail reports an error.
func (e *evaluator) fail(at hcl.Range, summary, detail string) {
	e.add(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &at})
}

func (e *evaluator) warn(at hcl.Range, summary, detail string) {
	e.add(&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: detail, Subject: &at})
}

// add keeps a diagnostic unless it was said before: the instances of a block
// share its expressions.
func (e *evaluator) add(d *hcl.Diagnostic) {
	if e.stopped {
		return
	}
	e.stopped = e.budget.left < 0 || len(e.diags) >= maxErrors
	d.Detail = shorten(d.Detail, 4000)
	key := d.Summary + "\x00" + d.Detail
	if d.Subject != nil {
		key += "\x00" + d.Subject.String()
	}
	if !e.said[key] {
		e.said[key] = true
		e.diags = append(e.diags, d)
	}
}
