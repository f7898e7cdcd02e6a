package gates

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/spec"
)

// noisy are n blocks in which each cell takes what a law says of its workers, within some noise.
func noisy(plan *spec.Plan, n int, l stats.Law, noise float64) []results.Trial {
	random := rand.New(rand.NewPCG(5, 6))
	return trials(plan, n, func(cell, _ int) float64 {
		return l.Time(float64(plan.Cells[cell].Workers)) * math.Exp(noise*random.NormFloat64())
	})
}

func counting(counts ...string) *spec.Plan {
	cells := []string{"executor=serial"}
	for _, c := range counts {
		cells = append(cells, "executor=procs workers="+c)
	}
	return planOf("serial", cells...)
}

func one(t *testing.T, data Data) Scaling {
	t.Helper()
	all := Scalings(data)
	if len(all) != 1 {
		t.Fatalf("%d of them: %+v", len(all), all)
	}
	return all[0]
}

// near tells whether an estimate is within a tenth of the truth, and its interval about as narrow as the noise. How often
// intervals cover the truth is the matter of a test of stats.
func near(e *Estimate, want float64) bool {
	return e != nil && e.Interval[0] <= e.Value && e.Value <= e.Interval[1] && math.Abs(e.Value-want) <= want/10 && e.Interval[1]-e.Interval[0] < want/2
}

func TestLawGoesByTheWorkerCounts(t *testing.T) {
	for _, test := range []struct {
		law    string
		counts []string
		is     stats.Law
	}{
		{"karp-flatt", []string{"1", "4"}, stats.Law{T1: 1, Contention: 0.2}},
		{"amdahl", []string{"2", "8"}, stats.Law{T1: 1, Contention: 0.2}},
		{"amdahl", []string{"1", "2", "4"}, stats.Law{T1: 1, Contention: 0.2}},
		{"usl", []string{"2", "4", "8"}, stats.Law{T1: 1, Contention: 0.05, Coherency: 0.02}},
		{"amdahl", []string{"2", "4", "8"}, stats.Law{T1: 1, Contention: 0.2}}, // no coherency to be seen
	} {
		plan := counting(test.counts...)
		s := one(t, Data{Plan: plan, Trials: noisy(plan, 10, test.is, 0.01), Host: Host{Cores: 8}})
		if s.Law != test.law || s.Name != "procs" || s.Blocks != 10 || len(s.Cells) != len(test.counts) || s.Counts[0] != 1 || (s.Pairs != nil) != (test.law == "usl") {
			t.Errorf("%v: %+v", test, s)
			continue
		}
		most := s.Counts[len(s.Counts)-1]
		if !near(s.Serial, test.is.Contention) || test.law == "usl" && !near(s.Pairs, test.is.Coherency) ||
			s.Ahead.Workers != 2*most || !near(&s.Ahead.Speedup, test.is.Speedup(float64(2*most))) || s.Ahead.Cores != (2*most > 8) {
			t.Errorf("%s: %+v %+v %+v", s.Law, s.Serial, s.Pairs, s.Ahead)
		}
	}
}

func TestScalingSentences(t *testing.T) {
	for _, test := range []struct {
		counts []string
		cores  int
		is     stats.Law
		want   string
	}{
		{[]string{"1", "2"}, 4, stats.Law{T1: 1, Contention: 0.1}, "10 % (10 … 10 %) of the work is serial; 4 workers would be 3.1 (3.1 … 3.1) times as fast as 1; best with 2 workers"},
		{[]string{"1", "2"}, 2, stats.Law{T1: 1, Contention: 0.1}, "10 % (10 … 10 %) of the work is serial; 4 workers on 4 cores would be 3.1 (3.1 … 3.1) times as fast as 1; best with 2 workers"},
		{[]string{"1", "2", "4"}, 2, stats.Law{T1: 1, Contention: 0.1}, "10 % (10 … 10 %) of the work is serial; 4 workers on 4 cores would be 3.1 (3.1 … 3.1) times as fast as 1; best with 4 workers"},
		{[]string{"2", "4", "8"}, 8, stats.Law{T1: 1, Contention: 0.05, Coherency: 0.02}, "contention 5 % (5 … 5 %), coherency 2 % (2 … 2 %); 16 workers on 16 cores would be 2.4 (2.4 … 2.4) times as fast as 1; best with 8 workers"},
		{[]string{"1", "2"}, 2, stats.Law{T1: 1, Contention: 1}, "no gain from 2 workers; 1 and 2 workers are alike"},
		{[]string{"1", "2"}, 2, stats.Law{T1: 1, Contention: 1.2}, "2 workers are slower than 1; best with 1 worker"},
		{[]string{"1", "2"}, 2, stats.Law{T1: 1, Contention: -0.1}, "2 workers are more than 2 times as fast as 1; 4 workers on 4 cores would be 4 (4 … 4) times as fast as 1; best with 2 workers"},
		{[]string{"1", "2"}, 1, stats.Law{T1: 1, Contention: 0.1}, "best with 2 workers"},
	} {
		plan := counting(test.counts...)
		if got := one(t, Data{Plan: plan, Trials: noisy(plan, 6, test.is, 0), Host: Host{Cores: test.cores}}).Sentence; got != test.want {
			t.Errorf("%+v of %v on %d cores:\n%s\n%s", test.is, test.counts, test.cores, got, test.want)
		}
	}
}

func TestBestWorkers(t *testing.T) {
	plan := counting("1", "2", "4", "8")
	times := map[int]float64{1: 1, 2: 0.5, 4: 0.501, 8: 0.6}
	random := rand.New(rand.NewPCG(1, 1))
	data := Data{Plan: plan, Host: Host{Cores: 8}, Trials: trials(plan, 10, func(cell, _ int) float64 {
		return times[plan.Cells[cell].Workers] * math.Exp(0.01*random.NormFloat64())
	})}
	if s := one(t, data); !slices.Equal(s.Alike, []int{2, 4}) || !slices.Contains(s.Alike, s.Best) || !strings.HasSuffix(s.Sentence, "2 and 4 workers are alike") {
		t.Errorf("%+v", s)
	}
	data.Trials = trials(plan, 10, func(int, int) float64 { return 1 })
	if s := one(t, data); !strings.HasSuffix(s.Sentence, "1 to 8 workers are alike") {
		t.Errorf("%s", s.Sentence)
	}
}

func TestScalingsKeepApart(t *testing.T) {
	plan := planOf("serial", "runtime=a executor=serial", "runtime=a executor=procs workers=2", "runtime=a executor=procs workers=4",
		"runtime=b executor=serial", "runtime=b executor=procs workers=2", "runtime=b executor=procs workers=4", "runtime=b executor=threads workers=2",
		"runtime=b executor=pool workers=2 chunksize=1", "runtime=b executor=pool workers=2 chunksize=9")
	all := Scalings(Data{Plan: plan, Trials: noisy(plan, 5, stats.Law{T1: 1}, 0), Host: Host{Cores: 4}})
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if !slices.Equal(names, []string{"runtime=a procs", "runtime=b procs"}) {
		t.Errorf("%q", names)
	}
}

func TestScalingNeedsBlocks(t *testing.T) {
	plan := counting("1", "2", "4")
	data := Data{Plan: plan, Host: Host{Cores: 4}, Trials: noisy(plan, 10, stats.Law{T1: 1, Contention: 0.1}, 0.01)}
	busy := func(from int, slower float64) Data {
		d := data
		d.Trials = slices.Clone(data.Trials)
		for i := range d.Trials {
			if d.Trials[i].Block >= from && d.Trials[i].Workers == 4 {
				d.Trials[i].Contaminated = "another program"
				d.Trials[i].Phases.Total = ms(slower * 1000)
			}
		}
		return d
	}
	if s := one(t, busy(5, 9)); s.Blocks != 5 || s.Best != 4 || s.Contaminated {
		t.Errorf("half of the blocks: %+v", s)
	}
	if s := one(t, busy(4, 9)); s.Blocks != 10 || s.Best != 2 || !strings.HasSuffix(s.Sentence, "; but the machine was busy") {
		t.Errorf("too few are left: %+v", s)
	}
	for name, d := range map[string]Data{
		"four blocks": {Plan: plan, Trials: data.Trials[:16]}, "no trial": {Plan: plan},
		"no two counts": {Plan: plan, Trials: with(with(slices.Clone(data.Trials), "procs=4", bad(results.Crash, "", 0)), "procs=2", bad(results.Crash, "", 0))},
	} {
		if all := Scalings(d); len(all) != 0 {
			t.Errorf("%s: %+v", name, all)
		}
	}
	// A count that failed is left out, and a baseline of another kind is no cell with one worker.
	d := Data{Plan: plan, Host: Host{Cores: 4}, Trials: with(slices.Clone(data.Trials), "procs=4", bad(results.Crash, "", 0))}
	if s := one(t, d); s.Law != "karp-flatt" || len(s.Cells) != 2 {
		t.Errorf("without four: %+v", s)
	}
	none := planOf("", "executor=procs workers=2", "executor=procs workers=4")
	if s := one(t, Data{Plan: none, Trials: noisy(none, 5, stats.Law{T1: 1}, 0)}); s.Law != "" || s.Sentence != "best with 4 workers" {
		t.Errorf("no cell with one worker: %+v", s)
	}
}

func TestSpeedupIntervalIsPaired(t *testing.T) {
	plan := counting("2")
	random := rand.New(rand.NewPCG(2, 2))
	slow := 1.0
	data := Data{Plan: plan, Trials: trials(plan, 10, func(cell, _ int) float64 {
		if cell == 0 {
			slow = math.Exp(0.3 * random.NormFloat64()) // of the block: both of its cells
		}
		return slow / float64(plan.Cells[cell].Workers)
	})}
	if s := Summaries(data)[1]; s.SpeedupCI == nil || math.Abs(s.SpeedupCI[0]-2) > 1e-6 || math.Abs(s.SpeedupCI[1]-2) > 1e-6 {
		t.Errorf("what a block's cells share is no matter of their ratio: %v", s.SpeedupCI)
	}
	checks := mustCompile(t, plan, asserted("speedup(procs=2) > 1.3", "", ""))
	noise := Data{Plan: plan, Trials: noisy(plan, 10, stats.Law{T1: 1}, 0.05)}
	if v, s := Judge(checks, noise)[0], Summaries(noise)[1]; v.Interval == nil || s.SpeedupCI == nil || *v.Interval != *s.SpeedupCI {
		t.Errorf("a verdict has %v, the table %v", v.Interval, s.SpeedupCI)
	}
}
