package spec

import (
	"os"
	"slices"
	"testing"
	"unicode/utf8"

	"bench/runner/internal/matrix"
)

// FuzzLoad reads any bytes as a spec: no panic, every problem within the file, and what is accepted plans in order.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"testdata/ok", "testdata/err"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range entries {
			if data, err := os.ReadFile(dir + "/" + e.Name()); err == nil {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := Options{Read: func(path string) ([]byte, error) {
			if path != "x.yaml" {
				return nil, os.ErrNotExist
			}
			return data, nil
		}}
		exp, list := Load("x.yaml", catalog(), opt)
		sortedList := slices.Clone(list)
		sortedList.Sort()
		if !slices.Equal(list, sortedList) {
			t.Error("the problems are not sorted")
		}
		for _, d := range list {
			inFile(t, exp, d.Pos.Line, d.Pos.Col, d.Message)
		}
		plan, planProblems := exp.Plan(catalog(), 7, Options{})
		for _, d := range planProblems {
			inFile(t, exp, d.Pos.Line, d.Pos.Col, d.Message)
		}
		if len(list)+len(planProblems) > 0 {
			if len(plan.Cells) > 0 {
				t.Error("a refused spec has cells")
			}
			return
		}
		checkPlan(t, &plan)
	})
}

// inFile: line 0 is for the file as a whole.
func inFile(t *testing.T, exp *Experiment, line, col int, message string) {
	if line == 0 {
		return
	}
	text, ok := exp.Line("x.yaml", line)
	if !ok && line > 1 || col < 1 || col > utf8.RuneCountInString(text)+2 {
		t.Errorf("%q stands at %d:%d, line %q", message, line, col, text)
	}
}

func checkPlan(t *testing.T, plan *Plan) {
	cells := map[matrix.Cell]bool{}
	for i, c := range plan.Cells {
		if back, err := matrix.ParseCell(c.Cell.Encoded()); err != nil || back != c.Cell || cells[c.Cell] {
			t.Errorf("cell %d: %q, %v", i, c.Cell.Encoded(), err)
		}
		cells[c.Cell] = true
		if _, needed := plan.Fleet(i); needed != (c.Executor == clusterExecutor || plan.Experiment.Placement != nil) {
			t.Errorf("cell %d: %q needs a fleet: %v", i, c.Cell.Encoded(), needed)
		}
		if len(c.Tasks) == 0 || c.Workers < 1 || c.Baseline >= len(plan.Cells) {
			t.Errorf("cell %d: %d tasks, %d workers, baseline %d", i, len(c.Tasks), c.Workers, c.Baseline)
		}
	}
	seen := map[Slot]bool{}
	for _, s := range plan.Block(3) {
		seen[s] = true
	}
	if len(seen) != len(plan.Block(3)) || len(seen) < len(plan.Cells) {
		t.Errorf("block: %v", plan.Block(3))
	}
	for _, a := range plan.Experiment.Assertions {
		for i := range utf8.RuneCountInString(a.Check.String) + 1 {
			p := a.Check.Pos(i)
			inFile(t, plan.Experiment, p.Line, p.Col, a.Check.String)
		}
	}
}
