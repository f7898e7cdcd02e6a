// Costs counts what runner itself costs, and fails where a count has grown past its budget: system calls, allocations,
// bytes, page faults, processes. A time would lie on a machine that others use too; a count holds there.
//
// What it counts runs in processes of its own: the built command where its start is looked at, and else this program, which
// is runner too, if it is told so, and says at its end what it allocated. See docs/costs.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	_ "bench/runner/cmd/runner/early/role" // trials and workers begin as early as those of the command
	"bench/runner/executors"
)

// part is one file of this folder: counts that are taken together.
type part struct {
	name    string
	measure func(*lab) ([]count, error)
}

var parts = []part{
	{"start", start}, {"trial", trial}, {"dispatch", dispatch}, {"judging", judging}, {"memory", memory},
}

func main() {
	executors.Serve()
	serveRunner()
	file := flag.String("budget", "internal/bench/costs/budget.txt", "the budgets are in `FILE`")
	only := flag.String("only", "", "take the counts of this `PART` alone: start, trial, dispatch, judging, memory")
	update := flag.Bool("update", false, "write what was counted into the file as the new budgets")
	calls := flag.Bool("calls", false, "also tell the system calls of a trial by name")
	rounds := flag.Int("rounds", 1, "count everything `N` times, and print how far the counts are apart")
	flag.Parse()
	ok, err := run(*file, *only, *update, *calls, *rounds)
	if err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(file, only string, update, calls bool, rounds int) (ok bool, err error) {
	if cgo() {
		return false, errors.New("this is built with cgo, and runner is not: set CGO_ENABLED=0")
	}
	budgets, err := readBudgets(file)
	if err != nil {
		return false, err
	}
	l, err := newLab()
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(l.dir)
	l.calls = calls
	if update {
		rounds = max(rounds, tries)
	}
	var all []count
	for _, p := range parts {
		if only != "" && p.name != only {
			continue
		}
		counts, err := l.take(p, budgets, rounds)
		if err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, counts...)
	}
	if update {
		return true, writeBudgets(file, renewed(budgets, all))
	}
	if only != "" {
		budgets = ofPart(budgets, only)
	}
	text, ok := judge(budgets, all)
	fmt.Print(text)
	return ok, nil
}

// tries is how often a count that is past its budget is taken before that is believed.
const tries = 3

// cgo tells whether this program, which stands for runner, was built with it: its processes start otherwise then.
func cgo() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "CGO_ENABLED" && s.Value == "1" })
}

// take measures one part. Where a count is past its budget, all of the part is taken again, twice at most: what a busy machine
// adds is gone the next time, what runner does is not. The counts of the round that fits stand, or else the medians. More
// rounds than one are all taken, and the medians stand.
func (l *lab) take(p part, budgets []budget, rounds int) ([]count, error) {
	began := time.Now()
	fmt.Fprintf(os.Stderr, "%s …", p.name)
	var taken [][]count
	most := rounds
	if rounds == 1 {
		most = tries
	}
	for len(taken) < most {
		counts, err := p.measure(l)
		if err != nil {
			return nil, err
		}
		for i := range counts {
			counts[i].name = p.name + "." + counts[i].name
		}
		taken = append(taken, counts)
		if _, ok := judge(ofPart(budgets, p.name), counts); rounds == 1 && ok {
			taken = taken[len(taken)-1:]
			break // its counts stand
		}
	}
	fmt.Fprintf(os.Stderr, " %.0f s\n", time.Since(began).Seconds())
	if len(taken) == 1 {
		return taken[0], nil
	}
	return middle(taken), nil
}

// ofPart are the budgets of one part.
func ofPart(budgets []budget, part string) (of []budget) {
	for _, b := range budgets {
		if strings.HasPrefix(b.name, part+".") {
			of = append(of, b)
		}
	}
	return of
}

func newLab() (*lab, error) {
	dir, err := os.MkdirTemp("", "runner-costs-")
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return &lab{dir: dir, self: self, runner: filepath.Join(dir, "runner"), minimal: filepath.Join(dir, "minimal"), untraced: cannotTrace()}, nil
}
