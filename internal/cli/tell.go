package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"bench/runner/gates"
	"bench/runner/reports"
	"bench/runner/results"
	"bench/runner/results/sqlite"
)

func format(name string) (reports.Format, error) {
	f, ok := reports.Lookup(name)
	if !ok {
		return f, fmt.Errorf("no report format %q\n  hint: `runner list formats` names them", name)
	}
	return f, nil
}

// judge makes the report of a stored run from the database alone, and stores its verdicts.
func (a *app) judge(db *sqlite.DB, id string) (*reports.Report, error) {
	ctx := context.WithoutCancel(a.ctx)
	r, verdicts, err := a.retell(ctx, db, id, nil)
	if err != nil {
		return nil, err
	}
	if err := db.SaveVerdicts(ctx, id, verdicts); err != nil {
		return nil, err
	}
	if r.Run.Outcome == interrupted {
		return r, nil
	}
	r.Run.Outcome = r.Word // as it will read when the run is told again
	return r, db.SetOutcome(ctx, id, r.Word)
}

// retell is judge without storing; asserts replaces the spec's assertions where it is not empty.
func (a *app) retell(ctx context.Context, db *sqlite.DB, id string, asserts []string) (*reports.Report, []results.StoredVerdict, error) {
	report, _, _, err := a.reread(ctx, db, id, asserts)
	if err != nil {
		return nil, nil, err
	}
	rows, err := storable(report.Verdicts)
	return report, rows, err
}

// reread makes the report of a stored run, with the checks and the data that it comes from.
func (a *app) reread(ctx context.Context, db *sqlite.DB, id string, asserts []string) (_ *reports.Report, x experiment, data gates.Data, err error) {
	run, err := db.Run(ctx, id)
	if err != nil {
		return nil, x, data, err
	}
	if x, err = stored(run); err != nil {
		return nil, x, data, err
	}
	if len(asserts) > 0 {
		if x.checks, err = a.compile(asserts, x); err != nil {
			return nil, x, data, err
		}
		asked := run
		asked.Options.Against = "" // what is typed now is what is meant
		if run.References, err = a.references(db, x, asked); err != nil {
			return nil, x, data, a.refuseReference(x, err)
		}
	}
	trials, err := db.Trials(ctx, id, sqlite.Everything)
	if err != nil {
		return nil, x, data, err
	}
	refs, err := a.referred(ctx, db, run.References)
	if err != nil {
		return nil, x, data, err
	}
	data = gates.Data{Plan: &x.plan, Trials: trials, Host: gateHost(run), References: refs}
	defer thrift()()
	verdicts := gates.Judge(x.checks, data)
	summaries := gates.Summaries(data)
	scalings, noise := gates.Scalings(data), gates.NoiseOf(data)
	word, code := gates.Word(verdicts, data)
	if code == 0 && (run.Finished.IsZero() || run.Outcome == interrupted) {
		word, code = "INTERRUPTED", 3 // less was measured than the spec asks for
	}
	report := reports.New(run, summaries, noise, excluded(x), trials, verdicts, word, code)
	report.Question, report.Scaling = x.spec.Question, scalings
	if report.Against, err = a.against(ctx, db, run, data); err != nil {
		return nil, x, data, err
	}
	past, err := db.Past(ctx, id, trend)
	if err != nil {
		return nil, x, data, err
	}
	now := results.Judged{ID: run.ID, Started: run.Started, Commit: run.Environment.Commit, Dirty: run.Environment.Dirty}
	report.History = gates.Histories(now, verdicts, past)
	return report, x, data, nil
}

// trend is how many earlier runs a report tells of.
const trend = 39

func gateHost(run results.Run) gates.Host {
	e := run.Environment
	elsewhere := false
	for _, h := range run.Hosts { // what a check may ask of the machine holds on each that measured
		if h.Environment.Host == e.Host {
			continue
		}
		if !elsewhere {
			elsewhere, e.Cores, e.Memory = true, h.Environment.Cores, h.Environment.Memory
		}
		e.Cores, e.Memory = min(e.Cores, h.Environment.Cores), min(e.Memory, h.Environment.Memory)
	}
	if elsewhere { // their capacity was not measured, and that of this machine is not theirs
		return gates.Host{Cores: e.Cores, Memory: e.Memory, OS: e.OS, Arch: e.Arch}
	}
	return gates.Host{Cores: e.Cores, Parallelism: run.Parallelism(), Memory: e.Memory, OS: e.OS, Arch: e.Arch}
}

func excluded(x experiment) []reports.Excluded {
	var out []reports.Excluded
	for _, e := range x.plan.Excluded {
		out = append(out, reports.Excluded{Cell: e.Cell, Reason: e.Reason})
	}
	return out
}

func storable(verdicts []gates.Verdict) ([]results.StoredVerdict, error) {
	var rows []results.StoredVerdict
	for _, v := range verdicts {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("store the verdict of %q: %w", v.Name, err)
		}
		rows = append(rows, results.StoredVerdict{
			Name: v.Name, Check: v.Check, Outcome: string(v.Outcome), Level: v.Level,
			File: v.Pos.File, Line: v.Pos.Line, Col: v.Pos.Col, Reason: v.Reason, JSON: text,
		})
	}
	return rows, nil
}

// sayProblems is the quiet report: a line for each check that stands in the way of a pass, and what went wrong where no
// check tells of it.
func (a *app) sayProblems(r *reports.Report) {
	if amiss := r.Amiss(); amiss != "" && (r.Code == 4 || r.Code == 5) {
		fmt.Fprintf(a.stderr, "%s: %s\n", reports.Visible(r.Run.Spec), reports.Visible(oneLine(amiss)))
		for i := range r.Cells {
			if bad := r.Cells[i].Bad(); bad != nil && (r.Code == 5 || bad.Status != results.Unavailable) {
				fmt.Fprintf(a.stderr, "  %s: %s\n", bad.Status, reports.Visible(oneLine(bad.Reason)))
				break // the others are in the report
			}
		}
	}
	for _, v := range r.Verdicts {
		if v.Outcome != gates.Pass && v.Outcome != gates.Skipped {
			fmt.Fprintf(a.stderr, "%s: %s: %s: %s\n", reports.Visible(v.Pos.String()), v.Outcome, reports.Visible(oneLine(v.Name)), reports.Visible(oneLine(v.Reason)))
		}
	}
}

// precedence of exit codes, the strongest first; see docs/exit-codes.md.
var precedence = []int{2, 1, 4, 3, 5, 0}

func precedes(a, b int) bool { return slices.Index(precedence, a) < slices.Index(precedence, b) }

// thrift keeps the heap small while many checks are judged, unless GOGC says otherwise: that is when most memory is in use,
// and it takes a tenth longer.
func thrift() (done func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(30)
	return func() { debug.SetGCPercent(before) }
}
