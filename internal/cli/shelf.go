package cli

import (
	"context"
	"errors"
	"sync"
	"time"

	"bench/runner/internal/matrix"
	"bench/runner/internal/serve"
	"bench/runner/internal/stats"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

// shelf is the database as pages want it.
type shelf struct {
	a  *app
	db *sqlite.DB

	mu    sync.Mutex
	specs map[string]experiment // of runs that go on, by id
}

func (s *shelf) Runs(ctx context.Context, experiment string, offset, limit int) ([]serve.Run, error) {
	list, err := s.db.Runs(ctx, sqlite.Filter{Experiment: experiment, Limit: offset + limit})
	if err != nil {
		return nil, err
	}
	var runs []serve.Run
	for _, r := range list[min(offset, len(list)):] {
		run := serve.Run{RunSummary: r}
		if r.Finished.IsZero() {
			if run.Running, err = s.db.Claimed(ctx, r.ID); err != nil {
				return nil, err
			}
		}
		runs = append(runs, run)
	}
	return runs, nil
}

func (s *shelf) Run(ctx context.Context, ref string) (serve.Run, error) {
	id, err := s.db.Resolve(ctx, ref)
	if err != nil {
		return serve.Run{}, missingRun(err)
	}
	run, err := s.db.Run(ctx, id)
	if err != nil {
		return serve.Run{}, missingRun(err)
	}
	for most := 100; ; most *= 10 { // it is one of the newest as a rule
		runs, err := s.Runs(ctx, run.Experiment, 0, most)
		if err != nil {
			return serve.Run{}, err
		}
		for _, r := range runs {
			if r.ID == id {
				return r, nil
			}
		}
		if len(runs) < most {
			return serve.Run{}, serve.NotFound("run " + id + " is gone")
		}
	}
}

// missingRun is an error as pages know it.
func missingRun(err error) error {
	if errors.Is(err, sqlite.ErrNotFound) {
		return serve.NotFound(err.Error())
	}
	return err
}

func (s *shelf) Report(ctx context.Context, id string) (*reports.Report, error) {
	r, _, err := s.a.retell(ctx, s.db, id, nil)
	return r, err
}

// Progress reads no more of the trials than it must: somebody may measure with the processor that this takes.
func (s *shelf) Progress(ctx context.Context, id string) (p serve.Progress, err error) {
	run, err := s.db.Run(ctx, id)
	if err != nil {
		return p, missingRun(err)
	}
	x, err := s.spec(run)
	if err != nil {
		return p, err
	}
	trials, err := s.db.Trials(ctx, id, sqlite.Detail{})
	if err != nil {
		return p, err
	}
	return progressOf(x, run, trials, time.Now()), nil
}

// spec makes the experiment of a run once.
func (s *shelf) spec(run results.Run) (experiment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, known := s.specs[run.ID]; known {
		return x, nil
	}
	x, err := stored(run)
	if err == nil {
		s.specs[run.ID] = x
	}
	return x, err
}

// progressOf is what the terminal of a run shows, from what is stored of it.
func progressOf(x experiment, run results.Run, trials []results.Trial, now time.Time) serve.Progress {
	begin := run.Started
	if n := len(run.Resumed); n > 0 {
		begin = run.Resumed[n-1].At
	}
	keys := make([]string, len(x.plan.Cells))
	index := map[placed]int{}
	for i, c := range x.plan.Cells {
		keys[i] = keyOf(x, i)
		index[placed{c.Workload.Name, c.Cell}] = i
	}
	_, most := trialsOf(x)
	r := x.spec.Repeats
	live := newLiveProgress(begin, most, r.Adaptive(), keys)
	before, last := 0, ""
	for i, t := range trials {
		cell, known := index[placed{t.Workload, t.Cell}]
		if !known {
			continue
		}
		again := t.Started.Before(begin)
		switch {
		case again:
			before = i + 1
		case i == before:
			live.began = t.Started // what came before it took its time once
		}
		last = keys[cell]
		live.add(liveTrial{cell: cell, done: i + 1, total: max(most, i+1), block: t.Block, blocks: max(r.Warmup+r.Max, t.Block+1), atMost: r.Adaptive(),
			status: t.Status, reason: t.Reason, time: t.Phases.Total, control: t.Control, warmup: t.Warmup, again: again})
	}
	p := serve.Progress{Question: x.spec.Question, Done: len(trials), Planned: live.total, Where: live.position(", "),
		Elapsed: run.Spent(trials[:before]) + now.Sub(begin), Left: live.leftText(now), Last: last}
	for i := range live.cells {
		p.Cells = append(p.Cells, cellSoFar(x, &live, i))
	}
	return p
}

// placed is what tells the cells of a plan apart.
type placed struct {
	workload string
	cell     matrix.Cell
}

func cellSoFar(x experiment, live *liveProgress, i int) serve.Cell {
	c := &live.cells[i]
	told := serve.Cell{Key: c.key, N: len(c.times), Median: c.median(), Trouble: c.trouble()}
	base := x.plan.Cells[i].Baseline
	if base < 0 || base == i || len(c.times) == 0 || len(live.cells[base].times) == 0 {
		return told
	}
	speedup := x.plan.Growth(i, base) * middle(live.cells[base].times) / middle(c.times)
	told.Speedup = reports.Ratio(speedup)
	return told
}

// middle is the median, in s.
func middle(times []time.Duration) float64 {
	values := make([]float64, len(times))
	for i, t := range times {
		values[i] = t.Seconds()
	}
	return stats.Median(values)
}
