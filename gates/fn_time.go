package gates

import (
	"fmt"
	"strconv"
	"strings"

	"bench/runner/internal/expression"
	"bench/runner/internal/stats"
	"bench/runner/results"
)

func init() {
	register(function{
		Function: expression.Function{Name: "time", Unit: "s", Doc: "wall time of a trial", Params: []expression.Param{
			{Name: "stat", Default: "median", Doc: "of the trials: median, mean, min, max; p90 and the like: of a trial's tasks, then the median of the trials"},
			{Name: "phase", Default: "total", Choices: []string{"total", "startup", "spawn", "work", "join"},
				Doc: "total, spawn, work, join; startup lies before total"},
		}},
		check: checkStat,
		value: func(q *query) (any, error) {
			x, of := timeOf(q.params)
			if of == nil {
				return q.median(x)
			}
			values, err := q.values(q.cells[0], x)
			if err != nil {
				return nil, err
			}
			return of(values), nil
		},
		rows: func(q *query) []float64 {
			if x, of := timeOf(q.params); of == nil {
				return q.medians(x)
			}
			return nil
		},
	})
}

// timeOf is what is asked for: a metric of the trials, and what of them; nil: their median.
func timeOf(params []any) (metric, func([]float64) float64) {
	stat, phase := params[0].(string), params[1].(string)
	if p, isPercentile := percentile(stat); isPercentile {
		return taskTime(stat, p), nil
	}
	return phases[phase], statistics[stat]
}

// statistics are those of the trials beside the median.
var statistics = map[string]func([]float64) float64{
	"mean": stats.Mean,
	"min":  func(v []float64) float64 { return stats.Quantile(v, 0) },
	"max":  func(v []float64) float64 { return stats.Quantile(v, 1) },
}

var phases = map[string]metric{
	"total":   total,
	"startup": {"startup", func(t *results.Trial) float64 { return t.Phases.Startup.Seconds() }},
	"spawn":   {"spawn", func(t *results.Trial) float64 { return t.Phases.Spawn.Seconds() }},
	"work":    {"work", func(t *results.Trial) float64 { return t.Phases.Work.Seconds() }},
	"join":    {"join", func(t *results.Trial) float64 { return t.Phases.Join.Seconds() }},
}

func checkStat(params []any) error {
	stat, phase := params[0].(string), params[1].(string)
	_, isPercentile := percentile(stat)
	switch {
	case isPercentile && phase != "total":
		return fmt.Errorf("stat=%q is of the tasks, which have no phase %q", stat, phase)
	case isPercentile || stat == "median" || statistics[stat] != nil:
		return nil
	}
	return fmt.Errorf("stat is median, mean, min, max, or a percentile such as p90, not %q", stat)
}

// percentile reads p90 or p99.9 as a share.
func percentile(stat string) (float64, bool) {
	digits, found := strings.CutPrefix(stat, "p")
	p, err := strconv.ParseFloat(digits, 64)
	return p / 100, found && err == nil && p > 0 && p < 100
}

// taskTime is a quantile of each trial's tasks, of which the median over the trials is taken: across trials a tail
// quantile of ten values says nothing.
func taskTime(stat string, p float64) metric {
	return metric{stat + " of the tasks", func(t *results.Trial) float64 {
		times := make([]float64, len(t.Spans))
		for i, s := range t.Spans {
			times[i] = (s.End - s.Start).Seconds()
		}
		return stats.Quantile(times, p)
	}}
}
