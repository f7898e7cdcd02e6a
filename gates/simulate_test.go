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

	"bench/runner/internal/stats"
	"bench/runner/results"
	"bench/runner/spec"
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

// claimed is a claim on a machine, with a plan of blocks, and how far the truth lies above the limit, as a share of it.
type claimed struct {
	machine     noise
	check       string
	least, most int
	above       float64
}

// rates are what became of the simulated runs, as shares.
type rates struct {
	pass, fail float64
	naive      float64 // of those whose plain median of the first blocks holds
	within16   float64 // decided with at most 16 blocks
	blocks     float64 // median number of blocks of a run, those for confirmation too
}

// adaptive are the rows of a run that goes on as needed, on each machine.
func adaptive() (rows []claimed) {
	for _, m := range machines {
		for _, above := range []float64{0, 0.05, 0.15, -0.05, -0.15} {
			rows = append(rows, claimed{m, "speedup(procs=2) > 1.3", 10, 40, above})
		}
	}
	return rows
}

// others are other plans and another kind of check, where the truth is the limit. A time by itself has no baseline that
// the machine's drift would meet as well, so it has a machine that does not drift: on others it has no true value.
func others() (rows []claimed) {
	typical, still := machines[1], machines[1]
	still.name, still.drift = "typical, no drift", 0
	for _, plan := range [][2]int{{5, 5}, {10, 10}, {20, 20}, {5, 40}, {10, 160}} {
		rows = append(rows, claimed{typical, "speedup(procs=2) > 1.3", plan[0], plan[1], 0})
	}
	for _, plan := range [][2]int{{5, 5}, {10, 10}, {10, 40}} {
		rows = append(rows, claimed{still, "time(procs=2) < 1/1.3", plan[0], plan[1], 0})
	}
	return rows
}

// TestErrorRates runs claims on simulated machines, with the code that judges runs. At the limit either verdict is an
// error; above it a fail is, and below it a pass.
func TestErrorRates(t *testing.T) {
	runs, resamples := 100, 1000
	switch {
	case *simulate:
		runs, resamples = 2000, 5000
	case testing.Short():
		runs, resamples = 15, 300
	}
	beyond := func(share float64) float64 { return share + 4*math.Sqrt(share*(1-share)/float64(runs)) } // four standard errors
	below := func(share float64) float64 { return 2*share - beyond(share) }
	table := []string{"| machine | true speedup | passes | fails | inconclusive | decided within 16 blocks | blocks, median | plain median of 10: passes |", "|---|---|---|---|---|---|---|---|"}
	for i, r := range simulated(t, adaptive(), runs, resamples) {
		at := adaptive()[i]
		table = append(table, fmt.Sprintf("| %s | %s | %.1f %% | %.1f %% | %.1f %% | %.0f %% | %.0f | %.1f %% |", at.machine.name, named(at.above), 100*r.pass, 100*r.fail, 100*(1-r.pass-r.fail), 100*r.within16, r.blocks, 100*r.naive))
		switch {
		case at.above == 0 && (r.pass > beyond(0.04) || r.fail > beyond(0.01)):
			t.Errorf("%s, at the limit: %.3f pass, %.3f fail", at.machine.name, r.pass, r.fail)
		case at.above == 0 && (r.naive > beyond(0.5)+0.03 || r.naive < below(0.5)-0.03):
			t.Errorf("%s: the plain median passes %.3f at the limit: the model leans to one side", at.machine.name, r.naive)
		case at.above > 0 && r.fail > beyond(0.002) || at.above < 0 && r.pass > beyond(0.002):
			t.Errorf("%s, %s: %.3f pass, %.3f fail", at.machine.name, named(at.above), r.pass, r.fail)
		case at.above == 0.15 && at.machine.name == "typical" && r.within16 < below(0.95):
			t.Errorf("%s: only %.3f are decided within 16 blocks", at.machine.name, r.within16)
		}
	}
	table = append(table, "", "Other plans and another kind of check, where the truth is the limit:", "", "| machine | check | blocks | passes | fails | plain median of the first blocks: passes |", "|---|---|---|---|---|---|")
	for i, r := range simulated(t, others(), runs, resamples) {
		at := others()[i]
		table = append(table, fmt.Sprintf("| %s | `%s` | %s | %.1f %% | %.1f %% | %.1f %% |", at.machine.name, at.check, from(at.least, at.most), 100*r.pass, 100*r.fail, 100*r.naive))
		if r.pass > beyond(0.06) || r.fail > beyond(0.01) {
			t.Errorf("%s, %s: %.3f pass, %.3f fail", at.check, from(at.least, at.most), r.pass, r.fail)
		}
	}
	t.Log("\n" + strings.Join(table, "\n"))
	if *simulate {
		writeTable(t, "../docs/methodology.md", "make simulate", fmt.Sprintf("%d simulated runs a row, %d resamples a look.\n\n%s", runs, resamples, strings.Join(table, "\n")))
	}
}

func from(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func named(above float64) string {
	if above == 0 {
		return "at the limit"
	}
	return fmt.Sprintf("%+.0f %%", 100*above)
}

// writeTable puts a table between two marks of a page.
func writeTable(t *testing.T, file, mark, table string) {
	begin, end := "<!-- begin: "+mark+" -->\n", "<!-- end: "+mark+" -->"
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

// simulated gives the rates of each row.
func simulated(t *testing.T, rows []claimed, runs, resamples int) []rates {
	all := make([]rates, len(rows))
	var done sync.WaitGroup
	for i, r := range rows {
		plan := pair(r.least, r.most)
		checks := mustCompile(t, plan, asserted(r.check, "", ""))
		done.Go(func() { all[i] = r.rates(plan, checks, runs, resamples) })
	}
	done.Wait()
	return all
}

func (r claimed) rates(plan *spec.Plan, checks []Check, runs, resamples int) (out rates) {
	random := rand.New(rand.NewPCG(7, uint64(len(r.machine.name))))
	truth, middle := limit*(1+r.above), r.machine.median()
	var lengths []float64
	for range runs {
		w := NewWatch(checks, plan, host)
		w.data.Resamples = resamples
		blocks, machine := 0, 1/middle
		for cells := w.Needed(); len(cells) > 0; cells = w.Needed() {
			machine *= math.Exp(r.machine.drift * random.NormFloat64())
			for _, trial := range trials(plan, 1, func(cell, _ int) float64 { return r.machine.trial(random, machine) / []float64{1, truth}[cell] }) {
				trial.Block = blocks
				w.Add(trial)
			}
			blocks++
		}
		data := measure(w.data)
		v, _ := data.judge(&checks[0], true)
		switch v.Outcome {
		case Pass:
			out.pass++
		case Fail:
			out.fail++
		}
		if v.Outcome != Inconclusive && v.N <= 16 {
			out.within16++
		}
		if plainly(checks, plan, w.data.Trials[:2*r.least]) {
			out.naive++
		}
		lengths = append(lengths, float64(blocks))
	}
	n := float64(runs)
	return rates{out.pass / n, out.fail / n, out.naive / n, out.within16 / n, stats.Median(lengths)}
}

// median is that of a trial's time where the truth is 1: longer trials move it a little.
func (m noise) median() float64 {
	random := rand.New(rand.NewPCG(1, 2))
	times := make([]float64, 200_001)
	for i := range times {
		times[i] = m.trial(random, 1)
	}
	return stats.Median(times)
}

func (m noise) trial(random *rand.Rand, machine float64) float64 {
	took := machine * math.Exp(m.sigma*random.NormFloat64())
	if random.Float64() < m.spike {
		took *= 1 + random.Float64()
	}
	return took
}

// plainly tells whether the point estimate holds, as a tool without a statistical verdict has it.
func plainly(checks []Check, plan *spec.Plan, trials []results.Trial) bool {
	m := measure(Data{Plan: plan, Trials: trials, Host: host})
	holds, _ := m.statistic(&checks[0]).holds(each(m.everywhere()))
	return holds
}
