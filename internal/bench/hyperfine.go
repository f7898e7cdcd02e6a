package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"bench/runner/internal/stats"
)

// timed are the commands that runner and hyperfine both time: nothing, a fixed time, and work.
var timed = []struct {
	name string
	argv []string
}{
	{"true", []string{"true"}},
	{"sleep 0.1", []string{"sleep", "0.1"}},
	{"gzip of 2 MB", []string{"gzip", "-9", "-c", "numbers.txt"}},
}

// What is known of why the times of a command are longer, and further apart, than hyperfine's.
var (
	whyLater = map[string]string{"true": "between two trials runner keeps a row and reads the counters of the machine, so that a command begins in colder caches: " +
		"hyperfine itself tells 20 µs more with `--prepare 'sleep 0.001'`, which is two thirds of it"}
	whyWider = map[string]string{"true": "the first of ten are slower, with both, and by more where two processes of runner have a part in each",
		"sleep 0.1": "not known; in an earlier run of this page it was × 0.85"}
)

const timedRuns = 10 // in each round, by each of the two

// commands times the same commands with runner and with hyperfine, in turn.
func (b *bench) commands() ([]row, error) {
	if _, err := exec.LookPath("hyperfine"); err != nil {
		return []row{{what: "timing a command", peer: "no hyperfine here"}}, nil
	}
	var numbers strings.Builder
	for i := range 300_000 {
		fmt.Fprintln(&numbers, i*i%1_000_003)
	}
	if err := write(filepath.Join(b.dir, "numbers.txt"), numbers.String()); err != nil {
		return nil, err
	}
	var rows []row
	for _, c := range timed {
		more, err := b.timedBoth(c.name, c.argv)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (b *bench) timedBoth(name string, argv []string) ([]row, error) {
	words, err := json.Marshal(argv)
	if err != nil {
		return nil, err
	}
	spec := fmt.Sprintf("version: 1\nname: timed\nworkloads: {w: {command: %s}}\nrepeats: {min: %d, warmup: 1}\n", words, timedRuns)
	var ours, peers []float64
	var spreads, peerSpreads [][]float64
	for round := range b.rounds {
		var r report
		var times []float64
		err := inTurn(round, func() (err error) { r, err = b.text(spec); return err }, func() (err error) { times, err = b.hyperfine(argv); return err })
		if err != nil {
			return nil, err
		}
		ours, peers = append(ours, stats.Median(r.Cells[0].Times)), append(peers, stats.Median(times))
		spreads, peerSpreads = append(spreads, deviations(r.Cells[0].Times)), append(peerSpreads, deviations(times))
	}
	median := ratio(ours, peers)
	spread := spreadRatio(spreads, peerSpreads)
	return []row{
		{what: "reported time of `" + name + "`, median of 10", ours: milliseconds(ours), peer: "hyperfine -N, " + milliseconds(peers),
			ratio: median.String(), target: "≤ 1.01", met: median.atMost(1.01), why: whyLater[name]},
		{what: "spread of `" + name + "` (median deviation from the median of its 10)", ours: milliseconds(slices.Concat(spreads...)),
			peer: "hyperfine -N, " + milliseconds(slices.Concat(peerSpreads...)), ratio: spread.String(), target: "≤ 1", met: spread.atMost(1), why: whyWider[name]},
	}, nil
}

// spreadRatio is the ratio of the median deviations of all rounds, and its 95 % interval when rounds are resampled: a
// round is what the two have in common.
func spreadRatio(ours, peers [][]float64) estimate {
	of := func(rounds func(i int) int) float64 {
		var a, b []float64
		for i := range ours {
			round := rounds(i)
			a, b = append(a, ours[round]...), append(b, peers[round]...)
		}
		return stats.Median(a) / stats.Median(b)
	}
	random := rand.New(rand.NewPCG(1, 2))
	again := make([]float64, 2000)
	for i := range again {
		again[i] = of(func(int) int { return random.IntN(len(ours)) })
	}
	slices.Sort(again)
	e := estimate{value: of(func(i int) int { return i }), n: len(ours)}
	if len(ours) >= 6 { // fewer, drawn again, are too much alike
		e.lowest, e.highest = again[len(again)/40], again[len(again)*39/40]
	}
	return e
}

// hyperfine gives the times of its runs, in seconds. It reads what the commands write, as runner does; by default it would
// give them the null device, which some programs notice.
func (b *bench) hyperfine(argv []string) ([]float64, error) {
	out := filepath.Join(b.dir, "hyperfine.json")
	c := exec.Command("hyperfine", "-N", "--output=pipe", "--warmup=1", fmt.Sprintf("--runs=%d", timedRuns), "--export-json", out, strings.Join(argv, " "))
	c.Dir = b.dir
	if text, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("hyperfine: %w\n%s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	var report struct {
		Results []struct {
			Times []float64 `json:"times"`
		} `json:"results"`
	}
	if err := json.Unmarshal(data, &report); err != nil || len(report.Results) != 1 {
		return nil, fmt.Errorf("hyperfine's report: %d results, %v", len(report.Results), err)
	}
	return report.Results[0].Times, nil
}

// deviations are the distances of the values from their median.
func deviations(values []float64) []float64 {
	median := stats.Median(values)
	away := make([]float64, len(values))
	for i, v := range values {
		away[i] = math.Abs(v - median)
	}
	return away
}
