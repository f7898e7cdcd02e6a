package gates

import (
	"iter"
	"math"
	"slices"

	"bench/runner/internal/expression"
)

// A check is evaluated on tens of thousands of resamples. Where it is arithmetic, comparisons and logic on what functions
// give, as nearly all checks are, each function answers for all of them at once, and each operation is done on all of
// them before the next one. Any other check is evaluated on one resample after the other, with the same outcome.

// holdsOn is whether the check holds on each row of a resampling; an error where it has no value there.
func (s *statistic) holdsOn(on *drawn) iter.Seq2[bool, error] {
	program := s.check.assertion.program
	return func(yield func(bool, error) bool) {
		if all := program.HoldsRows(on.draws.Rows, s.vars, s.rows(on)); all != nil {
			for _, holds := range all {
				if !yield(holds, nil) {
					return
				}
			}
			return
		}
		ask := s.caller(on)
		for on.row = range on.draws.Rows {
			v, err := program.Eval(s.vars, ask)
			if !yield(v == true, err) {
				return
			}
		}
	}
}

// numbersOn is what an operand is on each row of a resampling; NaN where it is no number.
func (s *statistic) numbersOn(on *drawn, o expression.Operand) []float64 {
	if all := o.EvalRows(on.draws.Rows, s.vars, s.rows(on)); all != nil {
		return all
	}
	ask := s.caller(on)
	out := make([]float64, on.draws.Rows)
	for on.row = range out {
		v, err := o.Eval(s.vars, ask)
		x, isNumber := asNumber(v)
		if out[on.row] = x; err != nil || !isNumber {
			out[on.row] = math.NaN()
		}
	}
	return out
}

// rows answers calls on all rows of a resampling. The answers are kept for the next expression on the same rows.
func (s *statistic) rows(on *drawn) expression.Rows {
	if s.answered.on != on.resampling {
		s.answered.on, s.answered.calls = on.resampling, map[int][]float64{}
	}
	return func(call int, values, params []any) []float64 {
		known, found := s.answered.calls[call]
		if !found {
			known = s.answer(call, values, params, on)
			s.answered.calls[call] = known
		}
		return known
	}
}

// answer is what a call comes to on each row; nil where a row has no number.
func (s *statistic) answer(call int, values, params []any, on *drawn) []float64 {
	if of := s.check.assertion.sites[call].function.rows; of != nil {
		if r, err := s.check.resolve(call, values, params); err == nil {
			all := of(&query{measured: s.data, cells: r.cells, bases: r.bases, params: params, on: on})
			if all != nil && !slices.ContainsFunc(all, func(f float64) bool { return !finite(f) }) {
				return all
			}
		}
	}
	ask := s.caller(on)
	out := make([]float64, on.draws.Rows)
	for on.row = range out {
		v, err := ask(call, values, params)
		f, isNumber := v.(float64)
		if err != nil || !isNumber {
			return nil
		}
		out[on.row] = f
	}
	return out
}
