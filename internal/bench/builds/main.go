// Builds counts how often runner tells a commit that makes a program slower from one that does not. The program is runner: its
// own pool, in which slower.patch wastes about a tenth of the time that handing a task out takes. Both commits are cloned,
// built and run as a reader would with `runner run --against-build`; and the same again one after the other, as two jobs of a CI would.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"bench/runner/internal/stats"
)

// limit is what experiments/builds/pool.yaml claims of change().
const limit = 0.05

// blocks are as many trials as the plain medians are of, where one build is measured after the other: so many an interleaved run
// has of each at least.
const blocks = 10

// pair is a build that is held against that in base.
type pair struct {
	name, dir string
	slower    bool // so that each run must end with fail; else none may
}

var pairs = []pair{
	{"the same commit twice", "same", false},
	{"10 % slower", "slow", true},
}

func main() {
	runs := flag.Int("runs", 10, "`N` runs of each pair")
	dir := flag.String("dir", "", "keep the clones and the databases in `DIR`, which must not be there")
	from := flag.String("commit", "HEAD", "the `COMMIT` that is base")
	apart := flag.Bool("apart", true, "measure each pair one build after the other, too")
	flag.Parse()
	if err := all(*runs, *dir, *from, *apart); err != nil {
		fmt.Fprintln(os.Stderr, "builds:", err)
		os.Exit(1)
	}
}

func all(runs int, dir, from string, apart bool) error {
	if dir == "" {
		made, err := os.MkdirTemp("", "runner-builds-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = filepath.Join(made, "builds")
	}
	place, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := clones(place, from); err != nil {
		return err
	}
	fmt.Println("| pair | builds | runs | change, least … median … most | pass | inconclusive | fail |\n|---|---|---|---|---|---|---|")
	var wrong []error
	for _, p := range pairs {
		wrong = append(wrong, p.beside(place, runs))
	}
	for _, p := range pairs {
		if apart {
			wrong = append(wrong, p.apart(place, runs))
		}
	}
	return errors.Join(wrong...)
}

// beside runs both builds in the same blocks. An outcome that is not wanted is an error.
func (p pair) beside(place string, runs int) error {
	outcomes := map[string]int{}
	var changes []float64
	for i := range runs {
		r, err := run(place, p.dir, fmt.Sprintf("beside-%s-%d.db", p.dir, i), "--against-build", "../base")
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if len(r.Verdicts) == 0 {
			return fmt.Errorf("%s: the report has no verdict", p.name)
		}
		v := r.Verdicts[0]
		outcomes[v.Outcome]++
		if v.Observed != nil {
			changes = append(changes, *v.Observed)
		}
		fmt.Fprintf(os.Stderr, "%s, run %d of %d: %s, %s\n", p.name, i+1, runs, v.Outcome, v)
	}
	p.row("in the same blocks", changes, outcomes)
	if n := outcomes["fail"]; p.slower && n < runs || !p.slower && n > 0 {
		return fmt.Errorf("%s: %d of %d runs end with fail", p.name, n, runs)
	}
	return nil
}

// apart measures one build after the other, and judges by the plain medians.
func (p pair) apart(place string, runs int) error {
	outcomes := map[string]int{}
	var changes []float64
	for i := range runs {
		var medians [2]float64
		for k, dir := range []string{"base", p.dir} {
			r, err := run(place, dir, fmt.Sprintf("apart-%s-%s-%d.db", p.dir, dir, i), "--repeats", fmt.Sprint(blocks))
			if err != nil {
				return fmt.Errorf("%s, apart: %w", p.name, err)
			}
			medians[k] = stats.Median(r.times())
		}
		changes = append(changes, medians[1]/medians[0]-1)
		outcome := "pass"
		if changes[i] >= limit {
			outcome = "fail"
		}
		outcomes[outcome]++
		fmt.Fprintf(os.Stderr, "%s, apart, run %d of %d: plain medians %+.1f %%\n", p.name, i+1, runs, 100*changes[i])
	}
	p.row("one after the other, plain medians", changes, outcomes)
	return nil
}

func (p pair) row(how string, changes []float64, outcomes map[string]int) {
	if len(changes) == 0 { // no run came to a number
		changes = []float64{math.NaN()}
	}
	slices.Sort(changes)
	runs := 0
	for _, n := range outcomes {
		runs += n
	}
	fmt.Printf("| %s | %s | %d | %+.1f … %+.1f … %+.1f %% | %d | %d | %d |\n", p.name, how, runs, 100*changes[0], 100*stats.Median(changes),
		100*changes[len(changes)-1], outcomes["pass"], outcomes["inconclusive"], outcomes["fail"])
}
