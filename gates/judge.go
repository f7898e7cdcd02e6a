package gates

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"runner/internal/expression"
)

// leastBlocks is how many blocks a verdict on a time needs. With fewer, no rule keeps its error rate.
const leastBlocks = 5

// Judge judges each check, in their order.
//
// This is a judgement by point estimate: the expression is evaluated once, on the medians of all blocks. What it rests
// on is a statistic, a function of a list of blocks, so that resampling needs another judge but no other function.
func Judge(checks []Check, data Data) []Verdict {
	m := measure(data)
	verdicts := make([]Verdict, len(checks))
	for i := range checks {
		verdicts[i] = judge(&checks[i], m)
	}
	return verdicts
}

func judge(c *Check, m *measured) Verdict {
	v := c.verdict()
	if reason, err := m.unmet(c); err != nil {
		v.Outcome, v.Reason = Error, err.Error()
		return v
	} else if reason != "" {
		v.Outcome, v.Reason = Skipped, reason
		return v
	}
	s := &statistic{check: c, data: m}
	s.vars, _ = m.known(c, nil)
	all := make([]int, m.blocks)
	for i := range all {
		all[i] = i
	}
	holds, err := s.holds(all)
	parts := s.parts(all)
	v.Evidence = evidence(c.Text, parts)
	lacking := slices.Concat(s.unanswered(all), noNumbers(parts, c.Text))
	v.N = s.n()
	if trouble := worst(err, lacking); trouble != nil {
		v.Outcome, v.Reason = Error, trouble.Error()
		var none *missing
		if errors.As(trouble, &none) && none.unavailable {
			v.Outcome = Skipped
		}
		return v
	}
	told := s.compare(all, holds)
	told.write(&v)
	switch {
	case !c.assertion.exact() && v.N < leastBlocks:
		v.Outcome, v.Reason = Inconclusive, fmt.Sprintf("%s; at least %d are needed", counted(v.N, "block"), leastBlocks)
	case holds:
		v.Outcome, v.Support = Pass, 1
	default:
		v.Outcome, v.Reason = Fail, cmpOr(told.reason(c.Text), "it is false")
	}
	return v
}

// statistic is a check as a function of blocks.
type statistic struct {
	check *Check
	data  *measured
	vars  map[string]any

	random, exact query // only n and asked: what the last evaluation rested on
}

// holds evaluates the check on a list of places of blocks; one that is named twice counts twice.
func (s *statistic) holds(draw []int) (bool, error) {
	s.random, s.exact = query{}, query{}
	v, err := s.check.assertion.program.Eval(s.vars, s.caller(draw))
	holds, _ := v.(bool)
	return holds, err
}

func (s *statistic) parts(draw []int) []expression.Part {
	return s.check.assertion.program.Parts(s.vars, s.caller(draw))
}

// n is how many blocks all that was asked since the last holds rests on, or trials where nothing in it is random.
func (s *statistic) n() int {
	if s.random.asked {
		return s.random.n
	}
	return s.exact.n
}

func (s *statistic) caller(draw []int) expression.Caller {
	return func(call int, values, params []any) (any, error) {
		site := &s.check.assertion.sites[call]
		r, err := s.check.resolve(call, values, params)
		if err != nil {
			return nil, err
		}
		q := query{measured: s.data, cells: r.cells, bases: r.bases, params: params, draw: draw}
		v, err := site.function.value(&q)
		if q.asked {
			into := &s.random
			if site.function.exact {
				into = &s.exact
			}
			into.rest(q.n)
		}
		if f, isNumber := v.(float64); err == nil && isNumber && !finite(f) {
			return nil, &missing{reason: fmt.Sprintf("%s of %s is not a number", site.Function, s.data.key(r.cells[0]))}
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
func (s *statistic) unanswered(draw []int) []error {
	var out []error
	ask := s.caller(draw)
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

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
