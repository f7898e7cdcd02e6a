package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// spec is the experiment, in this checkout and in each clone.
const spec = "experiments/builds/pool.yaml"

// clones makes base, same and slow in place, each with a built runner, and builds the one that measures from this checkout.
func clones(place, from string) error {
	patch, err := filepath.Abs("internal/bench/builds/slower.patch")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(spec)
	if err != nil {
		return fmt.Errorf("%w: call it at the root of the repository", err)
	}
	if err := os.Mkdir(place, 0o700); err != nil {
		return err
	}
	if err := do(".", "go", "build", "-trimpath", "-o", filepath.Join(place, "runner"), "./cmd/runner"); err != nil {
		return err
	}
	for _, name := range []string{"base", "same", "slow"} {
		dir := filepath.Join(place, name)
		steps := [][]string{{"git", "clone", "-q", ".", dir}, {"git", "-C", dir, "checkout", "-q", from}}
		if name == "slow" {
			steps = append(steps, []string{"git", "-C", dir, "apply", patch},
				[]string{"git", "-C", dir, "-c", "user.name=builds", "-c", "user.email=builds@localhost", "commit", "-qam", "slower.patch"})
		}
		steps = append(steps, []string{"go", "build", "-C", dir, "-trimpath", "-o", "runner", "./cmd/runner"})
		for _, argv := range steps {
			if err := do(".", argv...); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(spec)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, spec), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func do(dir string, argv ...string) error {
	c := exec.Command(argv[0], argv[1:]...)
	c.Dir, c.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	return nil
}

// report is the part of runner's JSON that is needed here.
type report struct {
	Cells []struct {
		Key    string
		Trials []struct {
			Warmup, Control bool
			Status          string
			Total           *float64 `json:"total_s"`
		}
	}
	Verdicts []verdict
}

type verdict struct {
	Outcome  string
	Observed *float64 // share
	Interval *[2]float64
	Blocks   int
}

func (v verdict) String() string {
	if v.Observed == nil || v.Interval == nil {
		return "no number"
	}
	return fmt.Sprintf("%+.1f %% (%+.1f … %+.1f %%, %d blocks)", 100**v.Observed, 100*v.Interval[0], 100*v.Interval[1], v.Blocks)
}

// run measures the experiment in one of the clones.
func run(place, dir, db string, more ...string) (r report, err error) {
	args := append([]string{"run", "-q", "--json", "--db", filepath.Join(place, db)}, more...)
	c := exec.Command(filepath.Join(place, "runner"), append(args, spec)...)
	c.Dir = filepath.Join(place, dir)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return r, err
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("no report: %w: %s", err, complaint.String())
	}
	if len(r.times()) == 0 {
		return r, fmt.Errorf("no trial is ok: %s", complaint.String())
	}
	return r, nil
}

// times are those of the first trials of this build.
func (r report) times() (all []float64) {
	for _, c := range r.Cells {
		for _, t := range c.Trials {
			if !strings.Contains(c.Key, "build=base") && !t.Warmup && !t.Control && t.Status == "ok" && t.Total != nil && len(all) < blocks {
				all = append(all, *t.Total)
			}
		}
	}
	return all
}
