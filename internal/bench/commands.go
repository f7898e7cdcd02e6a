package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"bench/runner/internal/stats"
)

// minimalSource is the least that a Go program can do: the limit for anything that starts as one.
const minimalSource = `package main

import "os"

func main() { os.Stdout.Write([]byte("x")) }
`

func (b *bench) build() error {
	source := filepath.Join(b.dir, "minimal.go")
	if err := write(source, minimalSource); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"build", "-trimpath", "-o", b.runner, "./cmd/runner"},
		{"build", "-trimpath", "-ldflags", "-s -w", "-o", b.minimal, source},
	} {
		c := exec.Command("go", args...)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// clock times a command from before its start until it is reaped, in seconds.
func clock(argv ...string) (float64, error) {
	c := exec.Command(argv[0], argv[1:]...)
	began := time.Now()
	err := c.Run()
	took := time.Since(began).Seconds()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
	}
	return took, nil
}

// alternate times two commands in turn, after one pair that does not count.
func (b *bench) alternate(ours, peer []string) (a, p []float64, err error) {
	for i := range b.pairs + 1 {
		x, err := clock(ours...)
		if err != nil {
			return nil, nil, err
		}
		y, err := clock(peer...)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			a, p = append(a, x), append(p, y)
		}
	}
	return a, p, nil
}

func (b *bench) coldStart() ([]row, error) {
	a, p, err := b.alternate([]string{b.runner, "version"}, []string{b.minimal})
	if err != nil {
		return nil, err
	}
	r, text := ratio(a, p)
	return []row{{"cold start: `runner version`", milliseconds(a), "minimal Go program, " + milliseconds(p), text, "≤ 2", yes(r <= 2)}}, nil
}

// bigCheck writes a spec of 100 × 100 cells.
func (b *bench) bigCheck() ([]row, error) {
	var spec strings.Builder
	spec.WriteString("version: 1\nname: big\nworkloads:\n  w: {builtin: add, args: {a: \"{{x}}\", b: \"{{y}}\"}}\nmatrix:\n")
	for _, axis := range []string{"x", "y"} {
		fmt.Fprintf(&spec, "  %s: [", axis)
		for i := range 100 {
			fmt.Fprintf(&spec, "%d, ", i)
		}
		spec.WriteString("]\n")
	}
	spec.WriteString("baseline: {x: 0}\nassert:\n  - speedup(x=1) > 0.1\n  - time(x=2) < 10*s\n")
	file := filepath.Join(b.dir, "big.yaml")
	if err := write(file, spec.String()); err != nil {
		return nil, err
	}
	var times, peaks []float64
	for range 11 {
		c := exec.Command(b.runner, "check", file)
		began := time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("runner check: %w\n%s", err, out)
		}
		times = append(times, time.Since(began).Seconds())
		peaks = append(peaks, peak(c.ProcessState))
	}
	t, m := stats.Median(times), stats.Median(peaks)
	return []row{
		{"`runner check` of 10,000 cells: time", milliseconds(times), "", "", "< 300 ms", yes(t < 0.3)},
		{"`runner check` of 10,000 cells: peak memory", fmt.Sprintf("%.0f MB", m/1e6), "", "", "< 100 MB", yes(m < 100e6)},
	}, nil
}

// report is what we read of runner's own JSON.
type report struct {
	Run struct {
		Started  time.Time `json:"started"`
		Finished time.Time `json:"finished"`
	} `json:"run"`
	Cells []struct {
		Key    string    `json:"key"`
		Times  []float64 `json:"times_s"`
		Phases struct {
			Startup float64 `json:"startup_s"`
		} `json:"phases"`
		Trials []struct {
			Status string   `json:"status"`
			Reason string   `json:"reason"`
			Wall   *float64 `json:"wall_s"`
			Total  *float64 `json:"total_s"`
		} `json:"trials"`
	} `json:"cells"`
}

// measure runs a spec given as text and reads its report.
func (b *bench) measure(spec string) (report, error) {
	var r report
	file := filepath.Join(b.dir, "spec.yaml")
	if err := write(file, spec); err != nil {
		return r, err
	}
	out, err := exec.Command(b.runner, "run", "--db", filepath.Join(b.dir, "results.db"), "--json", file).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return r, fmt.Errorf("runner run: %w\n%s", err, exit.Stderr)
		}
		return r, err
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, err
	}
	for _, c := range r.Cells {
		for _, t := range c.Trials {
			if t.Status != "ok" {
				return r, fmt.Errorf("%s: a trial is %s: %s", c.Key, t.Status, t.Reason)
			}
		}
	}
	return r, nil
}
