package gates

import (
	"errors"
	"fmt"
	"math"

	"bench/runner/internal/expression"
)

// statistic is a check as a function of blocks.
type statistic struct {
	check *Check
	data  *measured
	vars  map[string]any

	random, exact query       // only n and asked: what the last evaluation rested on
	constants     map[int]any // by call: answers that no draw of blocks changes
	answered      struct {    // what calls came to on all rows of a resampling
		on    *resampling
		calls map[int][]float64
	}
	from int // the look to begin with: those before it are known not to decide
}

func (m *measured) statistic(c *Check) *statistic {
	s := &statistic{check: c, data: m, constants: map[int]any{}}
	s.vars, _ = m.known(c, nil)
	return s
}

// holds evaluates the check on blocks.
func (s *statistic) holds(on *drawn) (bool, error) {
	s.random, s.exact = query{}, query{}
	v, err := s.check.assertion.program.Eval(s.vars, s.caller(on))
	holds, _ := v.(bool)
	return holds, err
}

func (s *statistic) parts(on *drawn) []expression.Part {
	return s.check.assertion.program.Parts(s.vars, s.caller(on))
}

// n is how many blocks all that was asked since the last holds rests on, or trials where nothing in it is random.
func (s *statistic) n() int {
	if s.random.asked {
		return s.random.n
	}
	return s.exact.n
}

func (s *statistic) caller(on *drawn) expression.Caller {
	return func(call int, values, params []any) (any, error) {
		site := &s.check.assertion.sites[call]
		if v, known := s.constants[call]; known && on.row > 0 {
			return v, nil
		}
		r, err := s.check.resolve(call, values, params)
		if err != nil {
			return nil, err
		}
		q := query{measured: s.data, cells: r.cells, bases: r.bases, params: params, on: on}
		v, err := site.function.value(&q)
		var none *missing
		if s.check.assertion.spec.Optional && errors.As(err, &none) && none.reference {
			none.unavailable = true
		}
		if q.asked {
			into := &s.random
			if site.function.exact {
				into = &s.exact
			}
			into.rest(q.n)
			into.lack = cmpOr(into.lack, q.lack)
		}
		if f, isNumber := v.(float64); err == nil && isNumber && !finite(f) {
			return nil, &missing{reason: fmt.Sprintf("%s of %s is not a number", site.Function, s.data.key(r.cells[0]))}
		}
		if err == nil && site.function.exact && s.check.settled[call] != nil {
			s.constants[call] = v
		}
		return v, err
	}
}

// resolve is the answer found when the check was made, or the one for values that only the data brought up.
func (c *Check) resolve(call int, values, params []any) (resolved, error) {
	if r := c.settled[call]; r != nil {
		return *r, nil
	}
	key := callKey(call, values, params)
	if found, ok := c.known[key]; ok {
		return found.resolved, found.err
	}
	r, err := c.assertion.resolve(&c.assertion.sites[call], values, params, c.bound)
	c.known[key] = answer{r, err}
	return r, err
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// worst finds what keeps the check from being judged. Every number that a check names must be there, even if the rest of
// it would decide. What is missing by fault goes before what this machine cannot run.
func worst(err error, lacking []error) error {
	var excuse error
	for _, e := range append(lacking, err) {
		var none *missing
		switch {
		case !errors.As(e, &none):
		case !none.unavailable:
			return e
		case excuse == nil:
			excuse = e
		}
	}
	if excuse != nil {
		return excuse
	}
	return err
}

// unanswered asks every call, also those that the evaluation did not come to, and gives the errors.
func (s *statistic) unanswered(on *drawn) []error {
	var out []error
	ask := s.caller(on)
	for _, u := range s.check.uses {
		if _, err := ask(s.check.assertion.index(u.site), u.values, u.params); err != nil {
			out = append(out, err)
		}
	}
	return out
}

// noNumbers are the parts that are NaN or infinite.
func noNumbers(parts []expression.Part, text string) []error {
	var out []error
	for _, p := range parts {
		if f, isNumber := p.Value.(float64); p.Err == nil && isNumber && !finite(f) {
			out = append(out, &missing{reason: oneLine(string([]rune(text)[p.From:p.To])) + " is not a number"})
		}
	}
	return out
}
