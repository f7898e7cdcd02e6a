package spec

import "time"

// Repeats bounds the number of blocks. The warm-up blocks come on top. With Max over Min a run goes on as needed.
type Repeats struct {
	Min, Max, Warmup int
	Precision        float64       // 0.02 = 2 %: width of the interval of what each check compares, as a share of it; 0: not asked for
	Budget           time.Duration // 0: none
}

// usualMin and usualMax are how many blocks are measured where a spec leaves it open: at least, and at most in a run that
// goes on as needed.
const (
	usualMin = 10
	usualMax = 40
)

// Adaptive tells whether the number of blocks depends on what is measured.
func (r Repeats) Adaptive() bool { return r.Max > r.Min }

// repeats: where one of min and max comes from a higher layer than the other, it wins.
func (r *reader) repeats() {
	e, v := r.exp, r.root.get("repeats")
	e.Repeats = Repeats{Min: usualMin, Max: usualMin, Warmup: 1}
	if v.is(isInt) {
		e.Repeats.Min, e.Repeats.Max = v.data.(int), v.data.(int)
	}
	if !v.is(isMap) {
		return
	}
	least, most, precision := v.get("min"), v.get("max"), v.get("precision")
	least.intInto(&e.Repeats.Min)
	if precision != nil {
		e.Repeats.Precision, _ = parsePercent(precision)
	}
	switch e.Repeats.Max = e.Repeats.Min; {
	case most.is(isInt):
		most.intInto(&e.Repeats.Max)
	case precision != nil:
		e.Repeats.Max = max(e.Repeats.Min, usualMax)
	}
	v.get("warmup").intInto(&e.Repeats.Warmup)
	e.Repeats.Budget = durationOf(v.get("budget"), 0)
	r.bounded(v, least, most)
	r.precise(precision, least, most)
}

func (v *value) intInto(n *int) {
	if v.is(isInt) {
		*n = v.data.(int)
	}
}

func (r *reader) bounded(v, least, most *value) {
	rep := &r.exp.Repeats
	switch {
	case rep.Max >= rep.Min:
	case least == nil || most != nil && most.layer > least.layer:
		rep.Min = rep.Max
	case most.layer < least.layer:
		rep.Max = rep.Min
	default:
		r.fail(most, "at least min", "max %d is less than min %d", rep.Max, rep.Min)
	}
	for name, n := range map[string]int{"max": rep.Max, "warmup": rep.Warmup, "min": rep.Min} {
		if child := v.get(name); child != nil && n > maxBlocks {
			r.fail(child, "use fewer", "more than %d blocks", maxBlocks)
		}
	}
}

// precise refuses a precision that a fixed number of blocks leaves no say. One from below a layer that fixed the number
// gives way to it.
func (r *reader) precise(precision, least, most *value) {
	rep := &r.exp.Repeats
	if precision == nil || rep.Max > rep.Min {
		return
	}
	rep.Precision = 0
	for _, bound := range []*value{least, most} {
		if bound != nil && bound.layer > precision.layer {
			return
		}
	}
	if rep.Max == rep.Min && rep.Min > 0 && (most == nil || most.is(isInt)) {
		r.fail(precision, "add a max that is more than min", "precision has no say where there are %d blocks in any case", rep.Min)
	}
}

// overrideRepeats applies what the command line says of the number of blocks.
func (e *Experiment) overrideRepeats(opt Options) {
	r := &e.Repeats
	from := Origin{From: "command line"}
	if opt.Repeats > 0 {
		r.Min, r.Max, r.Precision = opt.Repeats, opt.Repeats, 0
		for _, key := range []string{"min", "max", "precision"} {
			delete(e.Origins, "repeats."+key)
		}
		e.Origins["repeats"] = from
	}
	if opt.UntilDecided {
		r.Precision = 0
		delete(e.Origins, "repeats.precision")
	}
	if opt.UntilDecided && !r.Adaptive() {
		r.Max = max(r.Min, usualMax)
		e.Origins["repeats.max"] = from
	}
	if opt.Budget > 0 {
		r.Budget = opt.Budget
		e.Origins["repeats.budget"] = from
	}
}
