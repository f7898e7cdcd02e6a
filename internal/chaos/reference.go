//go:build linux

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// reference is what an experiment comes to when nobody disturbs it.
type reference struct {
	Trials []ack
	Took   time.Duration
	telling
}

// telling is what runner says of a stored run.
type telling struct {
	Code     int
	Text     string // the report, without what is of one run only
	Verdicts string // JSON
}

const referenceFile = "reference.json"

// undisturbed runs the experiment, and keeps what came of it.
func (r *round) undisturbed() error {
	begin := time.Now()
	p, err := r.start("", r.runArgs()...)
	if err != nil {
		return err
	}
	r.join(p)
	if p.await() {
		return fmt.Errorf("it did not end within %v", patience)
	}
	clear(r.living)
	ref := reference{Took: time.Since(begin)}
	r.acks[p.run] = p.acks
	r.gone()
	if ref.Trials, err = r.trials(p.run); err != nil {
		return err
	}
	if ref.telling, err = r.told(p.run); err != nil {
		return err
	}
	if r.check(exits); !p.Status.Exited() || p.Status.ExitStatus() != ref.Code || ref.Code == 2 {
		return fmt.Errorf("it ended with %s, told again with exit code %d: %s", p.end(), ref.Code, p.stderr)
	}
	data, err := json.Marshal(ref)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.Dir, referenceFile), data, 0o600)
}

func loadReference(dir string) (ref reference, err error) {
	data, err := os.ReadFile(filepath.Join(dir, referenceFile))
	if err != nil {
		return ref, err
	}
	return ref, json.Unmarshal(data, &ref)
}

// told has runner tell of a stored run.
func (r *round) told(id string) (t telling, err error) {
	text, err := r.output("report", "--db", r.db(), "--format", "text", id)
	if err != nil {
		return t, err
	}
	t.Text = lasting(string(text))
	data, err := r.output("report", "--db", r.db(), "--format", "json", id)
	if err != nil {
		return t, err
	}
	var told struct {
		Verdicts json.RawMessage `json:"verdicts"`
		Code     int             `json:"exit_code"`
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return t, err
	}
	t.Verdicts, t.Code = string(told.Verdicts), told.Code
	_, err = r.output("gate", "--db", r.db(), "-q", id)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		if exit.ExitCode() != t.Code {
			return t, fmt.Errorf("gate ends with %d, the report says %d", exit.ExitCode(), t.Code)
		}
		err = nil
	}
	return t, err
}

func (r *round) output(args ...string) ([]byte, error) {
	var errs bytes.Buffer
	c := exec.Command(r.Runner, args...)
	c.Dir, c.Env, c.Stderr = r.Dir, r.environment(), &errs
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("runner %s: %w: %s", args[0], err, errs.String())
	}
	return out, err
}

// lasting is a report without its head, which names the run, its time and the machine, and without what is said of
// resumptions.
func lasting(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	if _, body, found := strings.Cut(rest, "\n\n"); found {
		rest = body
	}
	lines := slices.DeleteFunc(strings.Split(rest, "\n"), func(l string) bool { return strings.Contains(l, "resumed") })
	return first + "\n" + strings.Join(lines, "\n")
}

func compareAcks(a, b ack) int {
	return cmp.Or(a.Block-b.Block, a.Position-b.Position, cmp.Compare(a.Key, b.Key), cmp.Compare(a.Status, b.Status))
}

// difference is the first trial that one of two runs has and the other has not; "" if there is none. statuses: they
// count too. Where they do not, trials may have gone wrong, and places do not count in the blocks that have another order
// then.
func difference(want, got []ack, statuses bool) string {
	last := 0
	if !statuses {
		last = reordered(want, got)
	}
	count := map[ack]int{}
	for sign, all := range map[int][]ack{1: want, -1: got} {
		for _, a := range all {
			if !statuses {
				a.Status = ""
			}
			if a.Block > 0 && a.Block <= last {
				a.Position = 0
			}
			count[a] += sign
		}
	}
	for _, a := range slices.SortedFunc(maps.Keys(count), compareAcks) {
		if n := count[a]; n != 0 {
			word := "is missing"
			if n < 0 {
				word = "is there, and should not be"
			}
			return fmt.Sprintf("trial %d/%d %s %s %s; %d trials instead of %d", a.Block, a.Position, a.Key, a.Status, word, len(got), len(want))
		}
	}
	return ""
}

// reordered is the last block that may have another order than undisturbed: a baseline comes first until it has given a
// result, so that this is the first block whose trials ended as they do undisturbed, the very first as a rule.
func reordered(want, got []ack) int {
	ends := func(all []ack, block int) map[ack]int {
		count := map[ack]int{}
		for _, a := range all {
			if a.Block == block {
				count[ack{Key: a.Key, Status: a.Status}]++
			}
		}
		return count
	}
	for block := 0; ; block++ {
		if undisturbed := ends(want, block); len(undisturbed) == 0 || maps.Equal(undisturbed, ends(got, block)) {
			return block
		}
	}
}

// firstDifference shows two texts from where they part.
func firstDifference(want, got string) string {
	n := 0
	for n < min(len(want), len(got)) && want[n] == got[n] {
		n++
	}
	from := max(0, n-60)
	return fmt.Sprintf("%.200q instead of %.200q", got[from:], want[from:])
}
