package spec

import (
	"fmt"
	"slices"
)

// Work is what a trial gave, for verify.
type Work struct {
	Results []any          // in task order
	Result  any            // what Combined made of them
	Files   map[string]any // in the trial's scratch directory, by path: {size, sha256}; nil where nobody asked
}

// AsksFor tells whether the proof of the work needs something: "stdout" or "files".
func (w *Workload) AsksFor(name string) bool {
	if w.Same || w.Verify == nil {
		return w.Same
	}
	used := w.Verify.Variables()
	return slices.Contains(used, name) || name == "stdout" && (slices.Contains(used, "results") || slices.Contains(used, "result"))
}

// Holds tells whether verify holds, or true without one; of a command it must for each task. It is not safe for use by
// several goroutines at once.
func (w *Workload) Holds(work Work, cell *PlannedCell) (bool, error) {
	if w.Verify == nil {
		return true, nil
	}
	vars := map[string]any{"results": work.Results, "result": work.Result, "files": work.Files}
	cellVariables(vars, cell.Facets)
	if !w.isCommand() {
		return w.holds(vars)
	}
	for i, gave := range work.Results {
		for name, v := range cell.Tasks[i] {
			vars[name] = v
		}
		m, _ := gave.(map[string]any)
		vars["exit"], vars["stdout"] = m["exit"], m["stdout"]
		if _, isText := m["stdout"].(string); !isText && slices.Contains(w.Verify.Variables(), "stdout") {
			return false, fmt.Errorf("verify: task %d: its stdout is too long to be looked at, or no text; verify: same-output compares any", i)
		}
		if holds, err := w.holds(vars); err != nil || !holds {
			return holds, err
		}
	}
	return true, nil
}

func (w *Workload) holds(vars map[string]any) (bool, error) {
	v, err := w.Verify.Eval(vars, nil)
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	return v == true, nil
}

// provable refuses weak scaling where only the baseline could prove a cell: it does other work.
func (r *reader) provable(v *value, w *Workload) {
	if w.Weak && w.Compared() {
		r.fail(v.get("scaling"), "add a verify that says what each cell must give, such as len(results) == workers", "with scaling: weak the baseline does other work than %s, and proves nothing", w.Name)
	}
}

// Compared tells whether the proof of a cell is a comparison with what its baseline gave.
func (w *Workload) Compared() bool {
	return w.Same || w.Verify == nil && w.proof == nil && !w.isCommand()
}
