package engine

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"

	"bench/runner/results"
	"bench/runner/spec"
)

// proof checks that a trial did the work. A cell without `verify` must give what its baseline gave, on whatever host.
type proof struct {
	plan      *spec.Plan
	mu        sync.Mutex      // over reference
	reference map[int]outcome // by baseline cell: what its first good trial gave
}

type outcome struct {
	results []any
	result  any
	files   map[string]any
}

func newProof(plan *spec.Plan) *proof {
	return &proof{plan: plan, reference: map[int]outcome{}}
}

// waits tells whether cells are still to be compared with what this one gives.
func (p *proof) waits(index int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.reference[index]
	return !known && p.plan.Cells[index].Baseline == index && p.plan.Cells[index].Workload.Compared()
}

// check combines the trial's results and says what is wrong with them, or with the files that it left; nil if nothing is.
func (p *proof) check(index int, trial *results.Trial, files map[string]any) error {
	cell := &p.plan.Cells[index]
	if len(trial.Results) != len(cell.Tasks) {
		return fmt.Errorf("%d of %d tasks reported", len(trial.Results), len(cell.Tasks))
	}
	combined, err := cell.Workload.Combined(trial.Results)
	if err != nil {
		return fmt.Errorf("combine: %w", err)
	}
	trial.Result = combined
	if cell.Workload.Compared() {
		return p.compare(index, outcome{trial.Results, trial.Result, files})
	}
	holds, err := cell.Workload.Holds(spec.Work{Results: trial.Results, Result: combined, Files: files}, cell)
	if err == nil && !holds {
		return fmt.Errorf("verify does not hold: %s", brief(trial))
	}
	return err
}

var errNoReference = errors.New("not proven: the baseline has given no result to compare with yet, and the workload has no `verify`")

func (p *proof) compare(index int, got outcome) error {
	baseline := p.plan.Cells[index].Baseline
	if baseline < 0 {
		return nil
	}
	want, known := p.refer(baseline, index, got)
	switch {
	case !known && baseline == index:
		return nil
	case !known:
		return errNoReference
	case p.plan.Cells[index].Workload.Same:
		return sameOutput(want, got)
	}
	if combines(p.plan.Cells[index].Workload) {
		if !same(want.result, got.result) {
			return fmt.Errorf("the baseline gave %s, this trial %s", short(want.result), short(got.result))
		}
		return nil
	}
	if len(want.results) != len(got.results) {
		return fmt.Errorf("the baseline gave %d results, this trial %d: add `combine` or `verify`", len(want.results), len(got.results))
	}
	for i := range want.results {
		if !same(want.results[i], got.results[i]) {
			return fmt.Errorf("task %d: the baseline gave %s, this trial %s", i, short(want.results[i]), short(got.results[i]))
		}
	}
	return nil
}

// refer is what a baseline gave. If that is not known yet, what the baseline itself gives now is known from then on.
func (p *proof) refer(baseline, index int, got outcome) (want outcome, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	want, known = p.reference[baseline]
	if !known && baseline == index {
		p.reference[index] = got
	}
	return want, known
}

func combines(w *spec.Workload) bool { return w.Combine != "" && w.Combine != "none" }

// same compares results. Floats that differ by rounding only are the same.
func same(a, b any) bool {
	if x, y, ok := floats(a, b); ok {
		return close(x, y)
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			if v, ok := b[k]; !ok || !same(a[k], v) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b) // == panics for what it cannot compare
}

// close: within 1e-9 of the larger, since the order of a sum depends on the number of workers. NaN is the same as NaN,
// and an infinity only as itself.
func close(x, y float64) bool {
	largest := math.Max(math.Abs(x), math.Abs(y))
	return x == y || math.IsNaN(x) && math.IsNaN(y) || !math.IsInf(largest, 0) && math.Abs(x-y) <= 1e-9*largest
}

// floats are the two numbers if at least one is a float64; two ints are compared exactly.
func floats(a, b any) (x, y float64, ok bool) {
	_, isFloat := a.(float64)
	_, otherIsFloat := b.(float64)
	x, xok := number(a)
	y, yok := number(b)
	return x, y, xok && yok && (isFloat || otherIsFloat)
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

func brief(trial *results.Trial) string {
	if trial.Result != nil {
		return "result is " + short(trial.Result)
	}
	return "results are " + short(trial.Results)
}

// short is a value for a message: at most 100 runes.
func short(v any) string {
	var s string
	if text, ok := v.(string); ok {
		s = strconv.Quote(text)
	} else {
		s = fmt.Sprint(v)
	}
	if runes := []rune(s); len(runes) > 100 {
		return string(runes[:99]) + "…"
	}
	return s
}
