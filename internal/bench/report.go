package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// report is what we read of runner's own JSON.
type report struct {
	Run struct {
		Started  time.Time `json:"started"`
		Finished time.Time `json:"finished"`
	} `json:"run"`
	Verdicts []verdict `json:"verdicts"`
	Cells    []struct {
		Key    string    `json:"key"`
		Times  []float64 `json:"times_s"`
		Trials []struct {
			Status string   `json:"status"`
			Reason string   `json:"reason"`
			Wall   *float64 `json:"wall_s"`
		} `json:"trials"`
	} `json:"cells"`
}

// verdict is one check that was judged. Where nothing was measured, observed and interval are absent.
type verdict struct {
	Name     string      `json:"name"`
	Check    string      `json:"check"`
	Outcome  string      `json:"outcome"` // pass, fail, inconclusive, skipped or error
	Reason   string      `json:"reason"`
	Because  string      `json:"because"`
	Unit     string      `json:"unit"`
	Observed *float64    `json:"observed"`
	Interval *[2]float64 `json:"interval"`
	Blocks   int         `json:"blocks"`
	Parts    []part      `json:"parts"`
}

// part is a piece of a check, from one character to before another, and what it came to.
type part struct {
	From  int             `json:"from"`
	To    int             `json:"to"`
	Text  string          `json:"text"`
	Unit  string          `json:"unit"`
	Value json.RawMessage `json:"value"`
}

// number is the value of a part; false where it is none.
func (p part) number() (float64, bool) {
	var x *float64
	if json.Unmarshal(p.Value, &x) != nil || x == nil {
		return 0, false
	}
	return *x, true
}

// experiment runs a spec with runner itself. A check that is false, or cannot be decided, is a row like all others: only
// where there is no report is there an error. Runner's own progress goes to stderr.
func (b *bench) experiment(spec string) (report, error) {
	args := []string{"run", "--db", filepath.Join(b.dir, "results.db"), "--json", "--no-confirm", "--agents", "2"}
	if b.repeats > 0 {
		args = append(args, "--repeats", fmt.Sprint(b.repeats))
	}
	return b.measured(append(args, spec)...)
}

// measured calls runner and reads the report that it prints.
func (b *bench) measured(args ...string) (report, error) {
	var r report
	var told bytes.Buffer
	c := exec.Command(b.runner, args...)
	c.Stderr = &told
	if b.verbose {
		c.Stderr = os.Stderr
	}
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return r, err
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return r, fmt.Errorf("runner %s: %v\n%s", strings.Join(args, " "), err, ending(told.String()))
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("runner %s: the report: %w", strings.Join(args, " "), err)
	}
	return r, nil
}

// ending is the last of a long text.
func ending(s string) string {
	const most = 2000
	if len(s) > most {
		return "…" + s[len(s)-most:]
	}
	return s
}

// text runs a spec given as text, in which every trial must be ok.
func (b *bench) text(spec string) (report, error) {
	file := filepath.Join(b.dir, "spec.yaml")
	if err := write(file, spec); err != nil {
		return report{}, err
	}
	r, err := b.measured("run", "--db", filepath.Join(b.dir, "results.db"), "--json", file)
	if err != nil {
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
