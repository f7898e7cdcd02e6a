package gates

import (
	"slices"
	"time"

	"bench/runner/results"
)

// alteration makes a trial what it would have been if it had taken more, or less, of something.
type alteration struct {
	name  string
	alter func(t *results.Trial, factor float64)
}

// alterations are all that checks can ask for besides what happened. A longer time alone is one spent waiting: it leaves
// the CPU time as it was.
var alterations = []alteration{
	{"time", func(t *results.Trial, f float64) {
		p := &t.Phases
		for _, d := range []*time.Duration{&p.Startup, &p.Spawn, &p.Work, &p.Join, &p.Total, &t.Wall} {
			*d = stretched(*d, f)
		}
		t.Spans = slices.Clone(t.Spans)
		for i := range t.Spans {
			t.Spans[i].Start, t.Spans[i].End = stretched(t.Spans[i].Start, f), stretched(t.Spans[i].End, f)
		}
	}},
	{"CPU time", func(t *results.Trial, f float64) {
		t.Usage.User, t.Usage.System = stretched(t.Usage.User, f), stretched(t.Usage.System, f)
	}},
	{"memory", func(t *results.Trial, f float64) { t.Usage.Memory = int64(float64(t.Usage.Memory) * f) }},
	{"switches", func(t *results.Trial, f float64) {
		t.Usage.Voluntary, t.Usage.Involuntary = int64(float64(t.Usage.Voluntary)*f), int64(float64(t.Usage.Involuntary)*f)
	}},
}

func stretched(d time.Duration, factor float64) time.Duration {
	return time.Duration(float64(d) * factor)
}
