package gates

import (
	"fmt"
	"slices"

	"bench/runner/internal/expression"
	"bench/runner/internal/matrix"
)

// use is one call with the values it has been seen with.
type use struct {
	site           *callSite
	values, params []any
	selector       matrix.Selector
	cells          []int // candidates
}

// uses finds every call with its values. Values that are computed, as in all([2, 4], time(procs=#) < 1), come to light
// in evaluations with made-up numbers, of which each lets other branches run.
func (a *assertion) uses() ([]use, []*problem) {
	var uses []use
	var refused []*problem
	seen := map[string]bool{}
	see := func(site *callSite, i int, values, params []any) {
		key := callKey(i, values, params)
		if seen[key] {
			return
		}
		seen[key] = true
		u, err := a.use(site, slices.Clone(values), slices.Clone(params))
		switch {
		case err != nil:
			refused = append(refused, err.(*problem))
		case site.function.kind != noCell:
			uses = append(uses, u)
		}
	}
	vars := map[string]any{"cores": a.cores(), "parallelism": float64(a.cores()), "memory": 8e9, "os": "linux", "arch": "amd64", "version": "3", "gil": "on"}
	for _, number := range []float64{0, 1, 1e9, -1} {
		call := func(i int, values, params []any) (any, error) {
			see(&a.sites[i], i, values, params)
			return madeUp(a.sites[i].Function, number), nil
		}
		_, _ = a.program.Eval(vars, call)
		a.program.Parts(vars, call)
	}
	for i := range a.sites { // one that no branch reached
		if site := &a.sites[i]; site.constant() {
			see(site, i, site.values(), site.Params)
		}
	}
	return uses, refused
}

func (a *assertion) cores() int {
	if a.plan.Experiment != nil && a.plan.Experiment.Cores > 0 {
		return a.plan.Experiment.Cores
	}
	return 1
}

func madeUp(function string, number float64) any {
	switch function {
	case "results":
		return []any{number}
	case "at_least":
		return number > 0
	}
	return number
}

// constant tells whether the values of a call are known as it is written.
func (c *callSite) constant() bool {
	return !slices.Contains(c.Params, nil) && !slices.ContainsFunc(c.Args, func(a expression.Arg) bool { return a.Const == nil })
}

func (c *callSite) values() []any {
	values := make([]any, len(c.Args))
	for i, a := range c.Args {
		values[i] = a.Const
	}
	return values
}

func callKey(i int, values, params []any) string { return fmt.Sprintf("%d %#v %#v", i, values, params) }

// use checks one call's values. The error is a *problem.
func (a *assertion) use(site *callSite, values, params []any) (use, error) {
	u := use{site: site, values: values, params: params}
	if site.function.check != nil {
		if err := site.function.check(params); err != nil {
			return u, problemAt(site.place(), "", "%s", err)
		}
	}
	if site.function.kind == noCell {
		return u, nil
	}
	var err error
	u.selector, err = a.conditions(site, values)
	if err == nil {
		u.cells = a.candidates(u.selector)
	}
	return u, err
}
