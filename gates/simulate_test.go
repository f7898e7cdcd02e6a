package gates

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"runner/internal/stats"
	"runner/results"
	"runner/spec"
)

var simulate = flag.Bool("simulate", false, "measure the error rates with many more runs, and write the table into docs/methodology.md")

// noise is a model of a machine: what a trial takes is the truth times these.
type noise struct {
	name  string
	sigma float64 // of the lognormal factor of each trial
	spike float64 // probability that a trial takes up to twice as long
	drift float64 // standard deviation of the machine's random walk from block to block
}

var machines = []noise{
	{"quiet", 0.01, 0.01, 0.002},
	{"typical", 0.04, 0.05, 0.01},
	{"noisy", 0.12, 0.15, 0.03},
	{"drifting", 0.04, 0.05, 0.08},
}

const limit = 1.3

// truths are the true speedups, as shares above the limit.
var truths = []float64{0, 0.05, 0.15, -0.15}

// rates are what became of the simulated runs, as shares.
type rates struct {
	pass, fail float64
	naive      float64 // of those whose plain median of the first ten blocks lies above the limit
	within16   float64 // decided with at most 16 blocks
	blocks     float64 // median number of blocks of a run, those for confirmation too
}

// TestErrorRates runs `speedup(procs=2) > 1.3` on simulated machines with 10 to 40 blocks. At the limit either verdict is
// an error; 15 % above it, a fail is, and 15 % below it a pass.
func TestErrorRates(t *testing.T) {
	runs, resamples := 150, 1000
	switch {
	case *simulate:
		runs, resamples = 2000, 5000
	case testing.Short():
		runs, resamples = 15, 300
	}
	table := []string{"| machine | true speedup | passes | fails | inconclusive | decided within 16 blocks | blocks, median | plain median of 10: passes |", "|---|---|---|---|---|---|---|---|"}
	all := simulated(t, runs, resamples)
	beyond := func(share float64) float64 { return 4 * math.Sqrt(share*(1-share)/float64(runs)) } // four standard errors
	for i, m := range machines {
		for j, above := range truths {
			r := all[i][j]
			table = append(table, fmt.Sprintf("| %s | %s | %.1f %% | %.1f %% | %.1f %% | %.0f %% | %.0f | %.1f %% |", m.name, named(above), 100*r.pass, 100*r.fail, 100*(1-r.pass-r.fail), 100*r.within16, r.blocks, 100*r.naive))
			switch {
			case above == 0 && r.pass > 0.04+beyond(0.04):
				t.Errorf("%s: %.3f pass at the limit", m.name, r.pass)
			case above == 0 && r.fail > 0.01+beyond(0.01):
				t.Errorf("%s: %.3f fail at the limit", m.name, r.fail)
			case above > 0 && r.fail > 0.002+beyond(0.002):
				t.Errorf("%s: %.3f fail above the limit", m.name, r.fail)
			case above < 0 && r.pass > 0.002+beyond(0.002):
				t.Errorf("%s: %.3f pass below the limit", m.name, r.pass)
			case above == 0.15 && m.name == "typical" && r.within16 < 0.95-beyond(0.95):
				t.Errorf("%s: only %.3f are decided within 16 blocks", m.name, r.within16)
			}
			if above == 0 && math.Abs(r.naive-0.5) > beyond(0.5)+0.03 {
				t.Errorf("%s: the plain median passes %.3f at the limit: the model leans to one side", m.name, r.naive)
			}
		}
	}
	t.Log("\n" + strings.Join(table, "\n"))
	if *simulate {
		writeTable(t, fmt.Sprintf("%d simulated runs a row, %d resamples a look.\n\n%s", runs, resamples, strings.Join(table, "\n")))
	}
}

func named(above float64) string {
	if above == 0 {
		return "at the limit"
	}
	return fmt.Sprintf("%+.0f %%", 100*above)
}

func writeTable(t *testing.T, table string) {
	const file, begin, end = "../docs/methodology.md", "<!-- begin: make simulate -->\n", "<!-- end: make simulate -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table", file)
	}
	if err := os.WriteFile(file, []byte(before+begin+table+"\n"+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// simulated gives the rates of each machine and truth.
func simulated(t *testing.T, runs, resamples int) [][]rates {
	plan := planOf("serial", "executor=serial", "executor=procs workers=2")
	plan.Experiment.Repeats = spec.Repeats{Min: 10, Max: 40}
	all := make([][]rates, len(machines))
	var done sync.WaitGroup
	for i, m := range machines {
		all[i] = make([]rates, len(truths))
		for j, above := range truths {
			checks := mustCompile(t, plan, asserted("speedup(procs=2) > 1.3", "", ""))
			done.Go(func() { all[i][j] = ratesOf(plan, checks, m, limit*(1+above), runs, resamples) })
		}
	}
	done.Wait()
	return all
}

func ratesOf(plan *spec.Plan, checks []Check, m noise, truth float64, runs, resamples int) (r rates) {
	random := rand.New(rand.NewPCG(7, uint64(len(m.name))))
	draws := map[int]*stats.Draws{}
	var lengths []float64
	for range runs {
		w := NewWatch(checks, plan, host)
		w.data.Resamples, w.draws = resamples, draws
		blocks, machine := 0, 1.0
		for cells := w.Needed(); len(cells) > 0; cells = w.Needed() {
			machine *= math.Exp(m.drift * random.NormFloat64())
			for _, trial := range trials(plan, 1, func(cell, _ int) float64 { return m.trial(random, machine) / []float64{1, truth}[cell] }) {
				trial.Block = blocks
				w.Add(trial)
			}
			blocks++
		}
		data := measure(w.data)
		data.draws = draws
		v, _ := data.judge(&checks[0], true)
		switch v.Outcome {
		case Pass:
			r.pass++
		case Fail:
			r.fail++
		}
		if v.Outcome != Inconclusive && v.N <= 16 {
			r.within16++
		}
		if *plainly(checks, plan, w.data.Trials[:20]).Observed > limit {
			r.naive++
		}
		lengths = append(lengths, float64(blocks))
	}
	n := float64(runs)
	return rates{r.pass / n, r.fail / n, r.naive / n, r.within16 / n, stats.Median(lengths)}
}

func (m noise) trial(random *rand.Rand, machine float64) float64 {
	took := machine * math.Exp(m.sigma*random.NormFloat64())
	if random.Float64() < m.spike {
		took *= 1 + random.Float64()
	}
	return took
}

// plainly is the point estimate, as a tool without a statistical verdict has it.
func plainly(checks []Check, plan *spec.Plan, trials []results.Trial) Verdict {
	m := measure(Data{Plan: plan, Trials: trials, Host: host})
	s := m.statistic(&checks[0])
	on := each(m.everywhere())
	var v Verdict
	holds, _ := s.holds(on)
	s.tell(&v, on, holds)
	return v
}
