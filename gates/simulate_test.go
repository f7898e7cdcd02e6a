package gates

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

var simulate = flag.Bool("simulate", false, "measure the error rates with many more runs, and print the table")

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

// The rates at which `speedup(procs=2) > 1.3` passes and fails on simulated machines, where the true speedup is the limit
// (either is an error), and 5 and 15 % above it (a fail is). The verdict goes by the median, so at the limit it is a
// coin: that is what a statistical verdict will have to mend, and what this test holds it against.
func TestErrorRates(t *testing.T) {
	runs := 300
	if *simulate {
		runs = 10000
	}
	t.Logf("%-9s %-8s %6s %6s", "machine", "truth", "pass", "fail")
	for _, m := range machines {
		for _, above := range []float64{0, 0.05, 0.15} {
			pass, fail := rates(t, m, 1.3*(1+above), runs)
			t.Logf("%-9s +%2.0f %%    %5.1f%% %5.1f%%", m.name, 100*above, 100*pass, 100*fail)
			if pass+fail < 1 {
				t.Errorf("%s: %.3f of the runs have neither passed nor failed", m.name, 1-pass-fail)
			}
			tolerance := 4 * math.Sqrt(0.25/float64(runs))
			if above == 0 && math.Abs(pass-0.5) > tolerance+0.03 {
				t.Errorf("%s: at the limit %.3f of the runs pass: the median leans to one side", m.name, pass)
			}
			if above == 0.15 && m.name != "noisy" && fail > 0.02 {
				t.Errorf("%s: %.3f of the runs fail although the truth is 15 %% above the limit", m.name, fail)
			}
		}
	}
}

func rates(t *testing.T, m noise, truth float64, runs int) (pass, fail float64) {
	t.Helper()
	plan := planOf("serial", "executor=serial", "executor=procs workers=2")
	checks := mustCompile(t, plan, asserted("speedup(procs=2) > 1.3", "", ""))
	r := rand.New(rand.NewPCG(7, uint64(len(m.name))))
	for range runs {
		machine, last := 1.0, -1
		seconds := func(cell, block int) float64 {
			if block != last {
				machine, last = machine*math.Exp(m.drift*r.NormFloat64()), block
			}
			took := machine * math.Exp(m.sigma*r.NormFloat64())
			if r.Float64() < m.spike {
				took *= 1 + r.Float64()
			}
			if cell == 1 {
				took /= truth
			}
			return took
		}
		switch Judge(checks, Data{Plan: plan, Trials: trials(plan, 10, seconds), Host: host})[0].Outcome {
		case Pass:
			pass++
		case Fail:
			fail++
		}
	}
	return pass / float64(runs), fail / float64(runs)
}
